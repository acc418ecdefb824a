/** What went wrong, as a stable string: `<area>.<what>`. Switch on it where `instanceof` is inconvenient. */
export type ErrorCode =
  | 'validation' | 'unsupported' | 'aborted' | 'timeout'
  | 'auth' | 'rate_limit' | 'content_policy' | 'provider'
  | 'workflow' | 'workflow.stalled' | 'workflow.timeout' | 'workflow.step_failed' | 'workflow.step_timeout'
  | 'workflow.step_diverged' | 'workflow.input' | 'workflow.snapshot' | 'workflow.snapshot_version'
  | 'serialization' | 'persist' | 'memory' | 'memory.no_embedder' | 'memory.embedding' | 'memory.embedder_changed'
  | 'memory.not_found' | 'memory.corrupt' | 'memory.quota' | 'prompt' | 'media' | 'compute' | 'cache' | 'ingest'
  | 'worker' | 'peer';

/** Options every error class of the tree takes. */
export interface BlazenErrorOptions {
  readonly code?: ErrorCode;
  /** The foreign error behind this one. */
  readonly cause?: unknown;
  /** True when the same call may succeed later. Default false. */
  readonly retryable?: boolean;
}

interface Branded { readonly brand?: string }

/**
 * Root of every error this package throws.
 *
 * `instanceof` compares brands (literal names, safe under minification), so a class from another copy of the package
 * matches too; a subclass without its own brand falls back to the prototype chain.
 */
export class BlazenError extends Error {
  static readonly brand: string = 'BlazenError';
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(message: string, options: BlazenErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.brand;
    this.code = options.code ?? 'workflow';
    this.retryable = options.retryable ?? false;
  }

  /** Names of all classes of the tree this error belongs to, most specific first. */
  get blazenBrands(): readonly string[] {
    const brands: string[] = [];
    for (let c = this.constructor as Branded | null; typeof c === 'function'; c = Object.getPrototypeOf(c) as Branded | null) {
      if (Object.hasOwn(c, 'brand')) brands.push((c as Required<Branded>).brand);
    }
    return brands;
  }

  static override [Symbol.hasInstance](this: Branded, value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const brands = (value as Partial<BlazenError>).blazenBrands;
    if (brands !== undefined && Object.hasOwn(this, 'brand')) return brands.includes(this.brand as string);
    return Function.prototype[Symbol.hasInstance].call(this as never, value);
  }

  /** Name, code, message and the class's own fields; never the cause, which may hold a secret of somebody else. */
  toJSON(): Record<string, unknown> {
    const { cause: _cause, stack: _stack, ...fields } = this;
    return { ...fields, name: this.name, message: this.message };
  }
}

/** True for every error of the tree, including those of another copy of the package. */
export function isBlazenError(value: unknown): value is BlazenError {
  return value instanceof BlazenError;
}
