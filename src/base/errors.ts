/** What went wrong, as a stable string: `<area>.<what>`. Switch on it where `instanceof` is inconvenient. */
export type ErrorCode =
  | 'validation' | 'unsupported' | 'aborted' | 'timeout'
  | 'auth' | 'rate_limit' | 'content_policy' | 'provider' | 'provider.model_not_found' | 'provider.network'
  | 'provider.incomplete' | 'provider.response_format'
  | 'workflow' | 'workflow.stalled' | 'workflow.timeout' | 'workflow.step_failed' | 'workflow.step_timeout'
  | 'workflow.step_diverged' | 'workflow.wait' | 'workflow.input_expired' | 'workflow.stage_failed' | 'workflow.input' | 'workflow.simulation' | 'workflow.not_found' | 'workflow.run_not_found' | 'workflow.run_ended'
  | 'workflow.snapshot' | 'workflow.snapshot_version'
  | 'serialization' | 'persist' | 'persist.corrupt' | 'persist.fenced' | 'persist.quota'
  | 'memory' | 'memory.no_embedder' | 'memory.embedding' | 'memory.embedder_changed' | 'memory.not_found'
  | 'memory.corrupt' | 'memory.quota' | 'prompt' | 'media' | 'compute' | 'cache' | 'ingest'
  | 'worker' | 'local' | 'peer';

/** Options every error class of the tree takes. */
export interface BlazenErrorOptions {
  readonly code?: ErrorCode;
  /** The foreign error behind this one. */
  readonly cause?: unknown;
  /** True when the same call may succeed later. Default false. */
  readonly retryable?: boolean;
}

interface Branded { readonly brand?: string }

// Options may be left out unless the class has a field that must be given.
type Arguments<Fields> = unknown extends Fields ? [message: string, options?: BlazenErrorOptions]
  : object extends Fields ? [message: string, options?: BlazenErrorOptions & Fields]
  : [message: string, options: BlazenErrorOptions & Fields];

/**
 * Root of every error this package throws.
 *
 * `instanceof` compares brands (literal names, safe under minification), so a class from another copy of the package
 * matches too; a subclass without its own brand falls back to the prototype chain. Own fields of a class are given with
 * the options and become readonly properties.
 */
export class BlazenError<Fields = unknown> extends Error {
  static readonly brand: string = 'BlazenError';
  /** Code and retryability of errors of this class, unless the options say otherwise. */
  static readonly code: ErrorCode = 'workflow';
  static readonly retryable: boolean = false;
  declare readonly code: ErrorCode;
  declare readonly retryable: boolean;

  constructor(...[message, options]: Arguments<NoInfer<Fields>>) {
    const { cause, ...fields }: BlazenErrorOptions = options ?? {};
    super(message, cause === undefined ? undefined : { cause });
    const { brand: name, code, retryable } = new.target;
    Object.assign(this, { name, code, retryable }, fields);
  }

  /** Names of all classes of the tree this error belongs to, most specific first. */
  get blazenBrands(): readonly string[] {
    const brands: string[] = [];
    for (let c = this.constructor as Branded | null; c; c = Object.getPrototypeOf(c) as Branded | null) {
      if (Object.hasOwn(c, 'brand')) brands.push(c.brand as string);
    }
    return brands;
  }

  static override [Symbol.hasInstance](this: Branded, value: unknown): boolean {
    const brands = (value as Partial<BlazenError> | null)?.blazenBrands;
    return brands && Object.hasOwn(this, 'brand') ? brands.includes(this.brand as string) : super[Symbol.hasInstance](value);
  }

  /** Name, code, message and the class's own fields; never the cause, which may hold a secret of somebody else. */
  toJSON(): Record<string, unknown> { return { ...(this as object), message: this.message }; }
}

/** True for every error of the tree, including those of another copy of the package. */
export function isBlazenError(value: unknown): value is BlazenError {
  return value instanceof BlazenError;
}
