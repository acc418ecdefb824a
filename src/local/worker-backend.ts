import { Channel } from '../base/channel.ts';
import { throwIfAborted } from '../base/abort.ts';
import { LocalModelError, WorkerCrashedError } from '../base/error-classes.ts';
import { abortable } from '../base/abortable.ts';
import { ChatModel, EmbeddingModel, type Vector } from '../model/index.ts';
import type { ChatModelSpec } from '../spec/completion.ts';
import type { EmbeddingSpec } from '../spec/embedding.ts';
import type { LoadedModel, LoadOptions, LocalBackend } from './local-backend.ts';
import { isLoss } from './model-manager.ts';
import { encodeArguments } from './remote-values.ts';
import type { RemoteDescription, RemoteFields, RemoteMethods, RemoteProgress } from './serve-models.ts';
import { createWorkerHost, type WorkerHost, type WorkerHostOptions } from './worker-host.ts';

/** Where a backend runs. */
export interface WorkerBackendOptions extends WorkerHostOptions {
  /** What `serveModels` calls it. */
  readonly name: string;
  /** Memory the loaded model takes, in bytes, as far as it is known beforehand. */
  readonly vramBytes?: number;
}

/**
 * A backend that runs in a worker of its own: the page stays free, and `dispose` terminates the worker, which is the only
 * sure way to get all of the memory back.
 *
 * The loaded model has the methods and simple properties of the one in the worker; a chat model is a ChatModel, an
 * embedding model an EmbeddingModel. Methods can be awaited, or iterated if they stream; signals and callbacks among their
 * arguments work, results of callbacks are not seen. When the worker crashes or its GPU goes away, calls in flight reject;
 * the next one starts a new worker and loads the model there.
 *
 * @example
 * const backend = workerBackend<ChatModel & LoadedModel>({
 *   name: 'chat', spawn: () => new Worker(new URL('./models-worker.js', import.meta.url), { type: 'module' }),
 * });
 * const model = await backend.load({ onProgress: ({ loaded, total }) => console.log(loaded, total) });
 */
export function workerBackend<Model extends LoadedModel = LoadedModel>({ name, vramBytes, ...options }: WorkerBackendOptions): LocalBackend<Model> {
  return {
    name: `worker:${name}`,
    ...(vramBytes === undefined ? {} : { vramBytes }),
    async probe({ signal } = {}) {
      const host = createWorkerHost<RemoteMethods>(options);
      try {
        return await host.call('probe', name, signal ? { signal } : {});
      } catch (error) {
        throwIfAborted(signal, 'Looking at the device');
        const reason = error instanceof Error ? error.message : String(error);
        return { ok: false, problem: 'failed', reason: `the worker cannot be asked: ${reason}`, fix: 'Check the address and the policy of the worker' };
      } finally {
        host.close();
      }
    },
    async load(load = {}) {
      const remote = new RemoteModel(createWorkerHost<RemoteMethods>(options), name);
      try {
        const { methods } = await remote.start(load);
        return remote.dress(methods) as unknown as Model;
      } catch (cause) {
        remote.close();
        throwIfAborted(load.signal, `Loading '${name}'`);
        if (!(cause instanceof WorkerCrashedError)) throw cause;
        throw new LocalModelError(`Cannot load '${name}': ${cause.message}`, {
          problem: 'failed', fix: 'Check the address of the worker, and that the device has enough memory', cause,
        });
      }
    },
  };
}

class RemoteModel {
  readonly #host: WorkerHost<RemoteMethods>;
  readonly #name: string;
  readonly fields: Record<string, RemoteFields[string]> = {};
  /** The model in the worker that lives now; null after a loss. */
  #loaded: Promise<RemoteDescription> | null = null;
  #disposed = false;

  constructor(host: WorkerHost<RemoteMethods>, name: string) {
    this.#host = host;
    this.#name = name;
  }

  /** Loads it where it is not; those who want it at the same time share the load. */
  start({ signal, onProgress }: LoadOptions = {}): Promise<RemoteDescription> {
    if (this.#loaded !== null) return this.#loaded;
    const loaded = this.#host.call('load', this.#name, { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) });
    this.#loaded = loaded;
    loaded.then(({ id, fields }) => {
      Object.assign(this.fields, fields);
      this.#host.call('lost', id).then(() => this.#lose(loaded, true), () => this.#lose(loaded, false));
    }, () => this.#lose(loaded, false));
    return loaded;
  }

  /** A method of the model: awaited it is a call, iterated a stream. */
  request(method: string, given: readonly unknown[]): Promise<unknown> & AsyncIterable<unknown> {
    let answer: Promise<unknown> | undefined;
    const wait = (): Promise<unknown> => (answer ??= this.#call(method, given, false, () => undefined));
    const lazy = {
      // oxlint-disable-next-line unicorn/no-thenable -- a method of the model may be a promise or a stream; this is both
      then: (onValue: never, onError: never) => wait().then(onValue, onError),
      catch: (onError: never) => wait().catch(onError),
      finally: (onEnd: never) => wait().finally(onEnd),
      [Symbol.toStringTag]: 'RemoteCall',
      [Symbol.asyncIterator]: () => this.#stream(method, given),
    };
    return lazy as unknown as Promise<unknown> & AsyncIterable<unknown>;
  }

  close(): void {
    this.#disposed = true;
    this.#host.close();
  }

  /** The model as the page sees it. */
  dress(methods: readonly string[]): LoadedModel {
    const request = this.request.bind(this);
    const dispose = (): Promise<void> => Promise.resolve(this.close());
    const bare: Record<string, unknown> = {};
    for (const method of methods) bare[method] = (...args: unknown[]) => request(method, args);
    for (const field of Object.keys(this.fields)) Object.defineProperty(bare, field, { get: () => this.fields[field], enumerable: true });
    if (methods.includes('doComplete') && methods.includes('doStream')) return Object.assign(new ChatModel(bare as unknown as ChatModelSpec), { dispose });
    if (methods.includes('doEmbed')) return Object.assign(embeddingModel(bare as unknown as EmbeddingSpec & { readonly provider?: string }), { dispose });
    return Object.assign(bare, { dispose });
  }

  async *#stream(method: string, given: readonly unknown[]): AsyncGenerator<unknown, void, undefined> {
    const items = new Channel<unknown>();
    const stop = new AbortController();
    this.#call(method, given, true, (item) => items.push(item), stop.signal).then(() => items.end(), (error: unknown) => items.end(error));
    try {
      yield* items;
    } finally {
      stop.abort();
    }
  }

  async #call(method: string, given: readonly unknown[], stream: boolean, onItem: (item: unknown) => void, stop?: AbortSignal): Promise<unknown> {
    const { args, transfer, signal: own, callbacks } = encodeArguments(given);
    const signal = own && stop ? AbortSignal.any([own, stop]) : own ?? stop;
    throwIfAborted(signal, `The call of '${method}'`);
    if (this.#disposed) throw new LocalModelError(`Cannot call '${method}': the model was disposed of`, { problem: 'disposed', fix: 'Load it again' });
    const loaded = this.start();
    const { id } = await abortable(loaded, signal, `The call of '${method}'`);
    const onProgress = (progress: RemoteProgress): void => {
      if ('item' in progress) onItem(progress.item);
      else callbacks[progress.callback]?.(...progress.args);
    };
    try {
      const { value, fields } = await this.#host.call('call', { id, method, args, stream }, { transfer, onProgress, ...(signal ? { signal } : {}) });
      Object.assign(this.fields, fields);
      return value;
    } catch (error) {
      if (isLoss(error)) this.#lose(loaded, !(error instanceof WorkerCrashedError));
      throw error;
    }
  }

  #lose(loaded: Promise<RemoteDescription>, restart: boolean): void {
    if (this.#loaded !== loaded) return;
    this.#loaded = null;
    if (restart && !this.#disposed) this.#host.restart();
  }
}

function embeddingModel(remote: EmbeddingSpec & { readonly provider?: string }): EmbeddingModel {
  return new EmbeddingModel({
    provider: remote.provider ?? 'local', modelId: remote.modelId, dimensions: remote.dimensions, maxBatchSize: Infinity,
    // The rest of the options cannot cross the line.
    doEmbedBatch: async (texts, { signal, purpose }) => ({
      vectors: await remote.doEmbed(texts, { ...(signal ? { signal } : {}), ...(purpose ? { purpose } : {}) }) as Vector[],
    }),
  });
}
