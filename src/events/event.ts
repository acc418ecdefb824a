import { ValidationError } from '../base/error-classes.ts';

/** Starts a run; the run's input lies flat on it. */
export const START = 'blazen::StartEvent';
/** Ends a run; `result` is what the run gives. */
export const STOP = 'blazen::StopEvent';
/** Parks a run until `respondToInput(request_id, …)`. */
export const INPUT_REQUEST = 'blazen::InputRequestEvent';
/** Carries a human's answer back into the run. */
export const INPUT_RESPONSE = 'blazen::InputResponseEvent';
/** What a step with `collect` receives: the collected events. */
export const COLLECTED = 'blazen::CollectedEvent';

/** A plain event: a `type` and flat fields. */
export interface EventLike {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * An event inside the engine: `type` and the fields of its payload, flat.
 *
 * `data` is the payload without `type`; `event_type` and `eventType` are other spellings of `type`. They are getters of
 * the prototype, so they neither show up in JSON nor cost anything per event.
 */
export class WorkflowEvent {
  declare readonly type: string;

  constructor(fields: object) {
    Object.assign(this, fields);
  }

  get data(): unknown {
    const { type: _type, ...data } = this as unknown as EventLike;
    return data;
  }

  // A payload may itself have a field of one of these names: then it is an ordinary own field.
  set data(value: unknown) { own(this, 'data', value); }

  get event_type(): string { return this.type; }
  set event_type(value: string) { own(this, 'event_type', value); }

  get eventType(): string { return this.type; }
  set eventType(value: string) { own(this, 'eventType', value); }
}

function own(event: WorkflowEvent, field: string, value: unknown): void {
  Object.defineProperty(event, field, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * Turn what a step gave into an event.
 *
 * @throws ValidationError when it is not an object with a string `type`.
 */
export function toEvent(value: unknown): WorkflowEvent & EventLike {
  if (value instanceof WorkflowEvent) return value as WorkflowEvent & EventLike;
  if (typeof value !== 'object' || value === null || typeof (value as EventLike).type !== 'string') {
    const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object without one' : `a ${typeof value}`;
    throw new ValidationError(`Not an event: expected an object with a string 'type', got ${found}`);
  }
  return new WorkflowEvent(value) as WorkflowEvent & EventLike;
}
