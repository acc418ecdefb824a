import { decodeJson, encodeJson } from '../base/json-codec.ts';
import type { EventLike } from '../events/index.ts';
import type { CheckpointInput } from '../spec/checkpoint.ts';

// What steers a run goes the way of its other inputs: stored, in order, to whatever process works on it.

/** Type of the events that steer a run. They are never routed. */
export const CONTROL = 'blazen::Control';

/** With this the ids of their inputs begin. */
export const CONTROL_ID = 'blazen::control/';

/** What somebody wants of a run. */
export interface ControlEvent {
  readonly type: typeof CONTROL;
  readonly action: 'pause' | 'resume' | 'abort';
  readonly reason?: string;
}

export function isControl(event: { readonly type: string }): event is ControlEvent { return event.type === CONTROL; }

/** What the inputs of a run say about how to go on with it. */
export interface Wish {
  /** Ids of the inputs that say it. */
  readonly ids: string[];
  readonly abort: ControlEvent | null;
  /** As the newest one says; null when none does. */
  readonly paused: boolean | null;
}

export function wishOf(inputs: readonly CheckpointInput[]): Wish {
  const ids: string[] = [];
  let abort: ControlEvent | null = null;
  let paused: boolean | null = null;
  for (const { id, data } of inputs) {
    if (!id.startsWith(CONTROL_ID)) continue;
    const event = decodeInput(data);
    if (!isControl(event)) continue;
    ids.push(id);
    if (event.action === 'abort') abort ??= event;
    else paused = event.action === 'pause';
  }
  return { ids, abort, paused };
}

/** @throws SerializationError naming what cannot be stored. */
export function encodeInput(event: EventLike | ControlEvent, path: string): Uint8Array {
  return new TextEncoder().encode(encodeJson(event, path));
}

export function decodeInput(data: Uint8Array): EventLike {
  return decodeJson(new TextDecoder().decode(data)) as EventLike;
}
