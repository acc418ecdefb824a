import { abortError, throwIfAborted } from '../base/abort.ts';
import { AbortedError, SerializationError, ValidationError, WorkerCrashedError } from '../base/error-classes.ts';
import { decodeError, encodeError } from './worker-error.ts';
import { type PortEvent, post, readMessage, type Reply, type WorkerCall, type WorkerLike, type WorkerMethod, type WorkerMethods } from './worker-protocol.ts';

/** How a host gets its worker. */
export interface WorkerHostOptions {
  /** Makes the worker, on the first call and again after a crash. */
  readonly spawn: () => WorkerLike;
  /** Crashes in a row, without a call that was answered in between, before the host gives up. Default 3. */
  readonly maxCrashes?: number;
}

/** How one call is made. */
export interface CallOptions<Progress = unknown> {
  /** Rejects the call at once and aborts the signal of the method. */
  readonly signal?: AbortSignal;
  /** Buffers, ports and streams among the arguments that are moved, not copied. */
  readonly transfer?: readonly object[];
  /** Called with what the method sends on the way. */
  readonly onProgress?: (value: Progress) => void;
}

type ArgsOf<Method extends WorkerMethod> = Parameters<Method>[0];
type ProgressOf<Method extends WorkerMethod> = Parameters<Method>[1] extends WorkerCall<infer Progress> ? Progress : never;

/** Methods nobody described: anything goes in, anything may come out. */
type AnyMethods = Readonly<Record<string, (args: unknown, call: WorkerCall) => unknown>>;

/** A worker that is started when it is needed. `Methods` is the type of what it serves. */
export interface WorkerHost<Methods extends WorkerMethods = AnyMethods> {
  /**
   * Calls a method of the worker.
   *
   * @throws what the method threw, with its class; AbortedError when the signal aborts; WorkerCrashedError when the
   * worker dies or cannot be started; SerializationError when the arguments cannot be cloned; ValidationError after
   * `close`.
   */
  call<Name extends keyof Methods & string>(
    method: Name, args: ArgsOf<Methods[Name]>, options?: CallOptions<ProgressOf<Methods[Name]>>,
  ): Promise<Awaited<ReturnType<Methods[Name]>>>;
  /** Terminates the worker; calls in flight reject with WorkerCrashedError, and the next call starts a new one. */
  restart(): void;
  /** Terminates the worker; calls in flight reject with AbortedError. The only sure way to give its memory back. */
  close(): void;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((value: never) => void) | undefined;
  readonly release: () => void;
}

const DEFAULT_CRASHES = 3;
const ENDINGS = ['error', 'messageerror', 'close'];

/**
 * Runs methods in a worker: one line, calls by number, progress, cancelling, transfer of buffers.
 *
 * When the worker crashes, the calls in flight reject with a WorkerCrashedError and the next call starts a new one.
 *
 * @example
 * const host = createWorkerHost<{ count: (text: string) => number }>({
 *   spawn: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
 * });
 * const words = await host.call('count', text);
 */
export function createWorkerHost<Methods extends WorkerMethods = AnyMethods>(options: WorkerHostOptions): WorkerHost<Methods> {
  return new Host(options) as unknown as WorkerHost<Methods>;
}

class Host {
  readonly #spawn: () => WorkerLike;
  readonly #maxCrashes: number;
  readonly #pending = new Map<number, Pending>();
  #worker: WorkerLike | null = null;
  #drop: () => void = () => undefined;
  #nextId = 1;
  #crashes = 0;
  #closed = false;

  constructor({ spawn, maxCrashes = DEFAULT_CRASHES }: WorkerHostOptions) {
    if (!(maxCrashes >= 1)) throw new ValidationError("Cannot create the worker host: 'maxCrashes' is less than 1", { path: 'maxCrashes' });
    this.#spawn = spawn;
    this.#maxCrashes = maxCrashes;
  }

  async call(method: string, args: unknown, { signal, transfer, onProgress }: CallOptions<never> = {}): Promise<unknown> {
    const action = `The call of '${method}'`;
    throwIfAborted(signal, action);
    if (this.#closed) throw new ValidationError(`Cannot call '${method}': the worker host is closed`);
    const worker = this.#worker ?? this.#start();
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const abort = (): void => {
        const error = abortError(signal as AbortSignal, action);
        this.#settle(id)?.reject(error);
        post(worker, { kind: 'cancel', id, error: encodeError(error) });
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#pending.set(id, { resolve, reject, onProgress, release: () => signal?.removeEventListener('abort', abort) });
      try {
        post(worker, { kind: 'call', id, method, args }, transfer);
      } catch (cause) {
        this.#settle(id)?.reject(new SerializationError(`Cannot call '${method}': its arguments cannot be cloned`, { cause }));
      }
    });
  }

  restart(): void {
    this.#drop();
    this.#rejectAll(new WorkerCrashedError('The worker was restarted', { retryable: true }));
  }

  close(): void {
    this.#closed = true;
    this.#drop();
    this.#rejectAll(new AbortedError('The worker host was closed'));
  }

  #start(): WorkerLike {
    if (this.#crashes >= this.#maxCrashes) {
      throw new WorkerCrashedError(`Cannot start the worker: it crashed ${this.#crashes} times in a row. Create a new host to try again`);
    }
    let worker: WorkerLike;
    try {
      worker = this.#spawn();
    } catch (cause) {
      this.#crashes++;
      throw new WorkerCrashedError('Cannot start the worker', { cause });
    }
    const onMessage = (event: PortEvent): void => this.#receive(event.data);
    const onEnd = (event: PortEvent): void => {
      event.preventDefault?.();
      this.#crashes++;
      this.#drop();
      this.#rejectAll(new WorkerCrashedError(`The worker crashed: ${reasonOf(event)}`, { retryable: this.#crashes < this.#maxCrashes }));
    };
    worker.addEventListener('message', onMessage);
    for (const type of ENDINGS) worker.addEventListener(type, onEnd);
    worker.start?.();
    this.#worker = worker;
    this.#drop = () => {
      this.#worker = null;
      this.#drop = () => undefined;
      worker.removeEventListener('message', onMessage);
      for (const type of ENDINGS) worker.removeEventListener(type, onEnd);
      if (worker.terminate) void worker.terminate();
      else worker.close?.();
    };
    return worker;
  }

  #receive(data: unknown): void {
    const message = readMessage<Reply>(data);
    if (message === null) return;
    if (message.kind === 'progress') {
      this.#pending.get(message.id)?.onProgress?.(message.value as never);
      return;
    }
    this.#crashes = 0;
    const pending = this.#settle(message.id);
    if (message.kind === 'result') pending?.resolve(message.value as never);
    else pending?.reject(decodeError(message.error));
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release();
    return pending;
  }

  #rejectAll(error: Error): void {
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(error);
  }
}

function reasonOf({ type, message }: PortEvent): string {
  if (message) return message;
  if (type === 'messageerror') return 'it sent what cannot be read here';
  return type === 'close' ? 'it ended' : 'it failed to load, or threw outside of a call';
}
