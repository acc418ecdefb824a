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
    // A payload may itself have a field of a getter's name: then it is an ordinary own field.
    if ('data' in fields || 'event_type' in fields || 'eventType' in fields) Object.defineProperties(this, Object.getOwnPropertyDescriptors(fields));
    else Object.assign(this, fields);
  }

  get data(): unknown {
    const { type: _type, ...data } = this as unknown as EventLike;
    return data;
  }

  get event_type(): string { return this.type; }
  get eventType(): string { return this.type; }
}

/**
 * Turn what a step gave into an event.
 *
 * @throws ValidationError when it is not an object with a string `type`.
 */
export function toEvent(value: unknown): WorkflowEvent & EventLike {
  if (value instanceof WorkflowEvent) return value as WorkflowEvent & EventLike;
  if (typeof (value as EventLike | null | undefined)?.type !== 'string') {
    throw new ValidationError(`Not an event: expected an object with a string 'type', got a value of type ${typeof value}`);
  }
  return new WorkflowEvent(value as object) as WorkflowEvent & EventLike;
}
