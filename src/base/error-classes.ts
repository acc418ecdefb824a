import { BlazenError, type BlazenErrorOptions, type ErrorCode } from './errors.ts';

// The tree, one class per kind of failure a caller may want to tell apart. Names are literals: they survive minifying.

/** A value, option or call that cannot work: fix the calling code. `path` names the offending part where there is one. */
export class ValidationError extends BlazenError {
  static override readonly brand: string = 'ValidationError';
  readonly path: string | null;
  constructor(message: string, options: BlazenErrorOptions & { path?: string | null } = {}) {
    super(message, { code: 'validation', ...options });
    this.path = options.path ?? null;
  }
}

/** The feature does not exist here (runtime, provider or backend). */
export class UnsupportedError extends BlazenError {
  static override readonly brand: string = 'UnsupportedError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'unsupported', ...options }); }
}

/** A deadline passed. */
export class TimeoutError extends BlazenError {
  static override readonly brand: string = 'TimeoutError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'timeout', retryable: true, ...options }); }
}

/** The caller stopped the work: `abort()`, an AbortSignal, or a reader that went away. `cause` is the reason given. */
export class AbortedError extends BlazenError {
  static override readonly brand: string = 'AbortedError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'aborted', ...options }); }
}

/** A value cannot be stored, or stored bytes cannot be read. `path` names the value. */
export class SerializationError extends BlazenError {
  static override readonly brand: string = 'SerializationError';
  readonly path: string | null;
  constructor(message: string, options: BlazenErrorOptions & { path?: string | null } = {}) {
    super(message, { code: 'serialization', ...options });
    this.path = options.path ?? null;
  }
}

/** A run ended without a result. */
export class WorkflowError extends BlazenError {
  static override readonly brand: string = 'WorkflowError';
}

/** Nothing is queued, in flight or awaited, and no StopEvent came. `unhandled` names the event types nobody accepts. */
export class WorkflowStalledError extends WorkflowError {
  static override readonly brand: string = 'WorkflowStalledError';
  readonly unhandled: readonly string[];
  constructor(message: string, unhandled: readonly string[]) {
    super(message, { code: 'workflow.stalled' });
    this.unhandled = unhandled;
  }
}

/** A step threw, timed out or returned something that is not an event; its retries, if any, are used up. */
export class StepError extends WorkflowError {
  static override readonly brand: string = 'StepError';
  readonly step: string;
  readonly eventType: string;
  /** 1 for the first try. */
  readonly attempt: number;
  constructor(message: string, options: BlazenErrorOptions & { step: string; eventType: string; attempt: number }) {
    super(message, { code: 'workflow.step_failed', ...options });
    this.step = options.step;
    this.eventType = options.eventType;
    this.attempt = options.attempt;
  }
}
