/**
 * @module Event types of a workflow: `defineEvent` for typed ones, the built-in start, stop and input events.
 * Subpath export `blazen-ts/events`.
 */
export { START, STOP, INPUT_REQUEST, INPUT_RESPONSE, INPUT_EXPIRED, SCOPE_ENDED, SCOPE_FAILED, COLLECTED, WorkflowEvent, toEvent } from './event.ts';
export type { EventLike } from './event.ts';
export { defineEvent, stop, StartEvent, StopEvent, InputExpiredEvent, InputRequestEvent, InputResponseEvent, ScopeEndedEvent, ScopeFailedEvent } from './define-event.ts';
export type { EventDef, EventOf, InputExpired, InputRequest, InputResponse, NoData, ScopeEnd, ScopeFailure, StopOf } from './define-event.ts';
