import { ValidationError } from '../base/error-classes.ts';
import { PLAIN } from '../base/storable.ts';

/** Starts a run; the run's input lies flat on it. */
export const START = 'blazen::StartEvent';
/** Ends a run; `result` is what the run gives. */
export const STOP = 'blazen::StopEvent';
/** Parks a run until `respondToInput(request_id, …)`. */
export const INPUT_REQUEST = 'blazen::InputRequestEvent';
/** Carries a human's answer back into the run. */
export const INPUT_RESPONSE = 'blazen::InputResponseEvent';
/** Tells the scope around that a scope has ended. */
export const SCOPE_ENDED = 'blazen::ScopeEndedEvent';
/** Tells the scope around that a scope has failed, or was cancelled. */
export const SCOPE_FAILED = 'blazen::ScopeFailedEvent';
/** Nobody answered an input request in time. */
export const INPUT_EXPIRED = 'blazen::InputExpiredEvent';
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
  declare readonly data: unknown;
  declare readonly event_type: string;
  declare readonly eventType: string;

  static {
    for (const key of ['data', 'event_type', PLAIN]) {
      Object.defineProperty(this.prototype, key, {
        get(this: EventLike): unknown {
          const { type, ...data } = this;
          return key === 'data' ? data : type;
        },
        // A payload may itself have a field of this name: then it is an ordinary own field.
        set(value: unknown) { Object.defineProperty(this, key, { value, enumerable: true, writable: true }); },
      });
    }
  }

  /** @param added further fields, which win. Spreading both into one object would take as long as a whole step. */
  constructor(fields: object | undefined, added?: object) { Object.assign(this, fields, added); }
}

/**
 * Turn what a step gave into an event.
 *
 * @throws ValidationError when it is not an object with a string `type`.
 */
export function toEvent(value: unknown): WorkflowEvent & EventLike {
  if (value instanceof WorkflowEvent) return value as WorkflowEvent & EventLike;
  if (typeof (value as EventLike | null | undefined)?.type !== 'string') {
    throw new ValidationError(`Not an event: ${typeof value} without a string 'type'`);
  }
  return new WorkflowEvent(value as object) as WorkflowEvent & EventLike;
}
