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

/** A memory cannot store or find something. */
export class MemoryError extends BlazenError {
  static override readonly brand: string = 'MemoryError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'memory', ...options }); }
}

/** The operation needs vectors and the memory was made without an embedder: give it one, or search by keyword. */
export class MemoryNoEmbedderError extends MemoryError {
  static override readonly brand: string = 'MemoryNoEmbedderError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'memory.no_embedder', ...options }); }
}

/** The embedder failed or gave something that is not a usable vector: wrong count, wrong length, NaN, all zero. */
export class MemoryEmbeddingError extends MemoryError {
  static override readonly brand: string = 'MemoryEmbeddingError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'memory.embedding', ...options }); }
}

/** The store was written with another embedding model: use that one, or call `reembed()`. */
export class MemoryEmbedderChangedError extends MemoryError {
  static override readonly brand: string = 'MemoryEmbedderChangedError';
  /** Stamp in the store, `model@version/dimensions`. */
  readonly stored: string;
  /** Stamp of the embedder in use. */
  readonly current: string;
  constructor(message: string, options: BlazenErrorOptions & { stored: string; current: string }) {
    super(message, { code: 'memory.embedder_changed', ...options });
    this.stored = options.stored;
    this.current = options.current;
  }
}

/** The entry asked for is not there. */
export class MemoryNotFoundError extends MemoryError {
  static override readonly brand: string = 'MemoryNotFoundError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'memory.not_found', ...options }); }
}

/** Stored or imported bytes are damaged or of an unknown version; nothing was changed. */
export class MemoryCorruptError extends MemoryError {
  static override readonly brand: string = 'MemoryCorruptError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'memory.corrupt', ...options }); }
}

/** The store is full; what was there before is intact. */
export class MemoryQuotaError extends MemoryError {
  static override readonly brand: string = 'MemoryQuotaError';
  constructor(message: string, options: BlazenErrorOptions = {}) { super(message, { code: 'memory.quota', ...options }); }
}
