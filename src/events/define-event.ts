import { type SchemaInput, type SchemaOutput, type StandardSchema, validateSync } from '../base/standard-schema.ts';
import { START, STOP, INPUT_EXPIRED, INPUT_REQUEST, INPUT_RESPONSE, SCOPE_ENDED, SCOPE_FAILED, WorkflowEvent } from './event.ts';

/** An event of a known type: flat fields, and the same fields again as `data`. */
export type EventOf<Type extends string = string, Data = Record<string, unknown>> =
  Data & { readonly type: Type; readonly data: Data; readonly event_type: Type };

/** An event definition: call it to make the event, `is` recognises one. */
export interface EventDef<Type extends string = string, Data = unknown, Input = Data> {
  /** Make an event. @throws ValidationError when the data does not fit the schema. */
  (...args: undefined extends Input ? [data?: Input] : [data: Input]): EventOf<Type, Data>;
  readonly type: Type;
  readonly schema: StandardSchema<Input, Data> | null;
  /** True for an event of this type, whoever made it. */
  is(event: { readonly type: string }): event is EventOf<Type, Data>;
}

/** Data of an event definition made without a schema. */
export type NoData = Record<never, never>;

/**
 * Define an event type. With a schema (zod or any other Standard Schema) the data is typed and checked when the event is
 * made; without one the event carries no data.
 *
 * @example
 * const Hit = defineEvent('Hit', z.object({ text: z.string() }));
 * Hit({ text: 'found' }).text; // 'found'
 */
export function defineEvent<const Type extends string>(type: Type): EventDef<Type, NoData, undefined>;
export function defineEvent<const Type extends string, S extends StandardSchema>(type: Type, schema: S): EventDef<Type, SchemaOutput<S>, SchemaInput<S>>;
export function defineEvent(type: string, schema: StandardSchema | null = null): unknown {
  const make = (data?: unknown): WorkflowEvent => {
    const fields = schema === null ? data : validateSync(schema, data, `data of event '${type}'`);
    return new WorkflowEvent(fields as object | undefined, { type });
  };
  return Object.assign(make, {
    type,
    schema,
    is: (event: { readonly type: string }): boolean => event.type === type,
  });
}

/** Definition of the event that starts a run; in a typed step its data is the workflow's input. */
export const StartEvent: EventDef<typeof START, unknown> = /* @__PURE__ */ defineEvent(START) as never;
/** Definition of the event that ends a run. */
export const StopEvent: EventDef<typeof STOP, { result: unknown }> = /* @__PURE__ */ defineEvent(STOP) as never;
/** Ask a human: park the run until `respondToInput(request_id, response)`. A missing `request_id` is filled in by the engine. */
export const InputRequestEvent: EventDef<typeof INPUT_REQUEST, InputRequest> = /* @__PURE__ */ defineEvent(INPUT_REQUEST) as never;
/** A human's answer. */
export const InputResponseEvent: EventDef<typeof INPUT_RESPONSE, InputResponse> = /* @__PURE__ */ defineEvent(INPUT_RESPONSE) as never;
/** An input request had a time limit and nobody answered in time; it can no longer be answered. */
export const InputExpiredEvent: EventDef<typeof INPUT_EXPIRED, InputExpired> = /* @__PURE__ */ defineEvent(INPUT_EXPIRED) as never;

/** Tells, in the scope around, that a scope has ended: with `endScope`, or because nothing of it was left. */
export const ScopeEndedEvent: EventDef<typeof SCOPE_ENDED, ScopeEnd> = /* @__PURE__ */ defineEvent(SCOPE_ENDED) as never;
/** Tells, in the scope around, that a scope has failed, or was cancelled. */
export const ScopeFailedEvent: EventDef<typeof SCOPE_FAILED, ScopeFailure> = /* @__PURE__ */ defineEvent(SCOPE_FAILED) as never;

/** Fields of a ScopeEndedEvent. */
export interface ScopeEnd {
  /** Id of the scope. */
  readonly scope: string;
  /** What `endScope` was given. */
  readonly result: unknown;
}

/** Fields of a ScopeFailedEvent. */
export interface ScopeFailure {
  /** Id of the scope. */
  readonly scope: string;
  /** The step that failed; null when the scope was cancelled. */
  readonly step: string | null;
  /** The event it failed on, and in which try; absent when the scope was cancelled. */
  readonly eventType?: string;
  readonly attempt?: number;
  /** What was thrown, as far as it can be told in another process. A cancelled scope has the code `aborted`. */
  readonly error: { readonly name: string; readonly message: string; readonly code?: string };
}

/** Fields of an InputRequestEvent. */
export interface InputRequest {
  readonly request_id?: string;
  readonly prompt: string;
  readonly metadata?: unknown;
  /**
   * Milliseconds the request stays open: then an InputExpiredEvent is routed, and a run with no step for it fails with a
   * TimeoutError. Default: for ever. `blazen-ts/workflow` alone, without `blazen-ts/durable`, keeps no time and ignores it.
   */
  readonly expires_in_ms?: number;
  /** When that is, milliseconds since the epoch; filled in by the engine. */
  readonly expires_at?: number;
}

/** Fields of an InputExpiredEvent. */
export interface InputExpired {
  readonly request_id: string;
}

/** Fields of an InputResponseEvent. */
export interface InputResponse {
  readonly request_id: string;
  readonly response: unknown;
}

/** The event that ends a run with a result of a known type. */
export type StopOf<Result> = EventOf<typeof STOP, { readonly result: Result }>;

/** End the run with `result`. */
export function stop<const Result = undefined>(result?: Result): StopOf<Result> {
  return new WorkflowEvent({ type: STOP, result }) as unknown as StopOf<Result>;
}
