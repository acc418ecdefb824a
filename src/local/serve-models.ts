import { LocalModelError, UnsupportedError } from '../base/error-classes.ts';
import { isUnsafeKey } from '../base/storable.ts';
import type { LoadedModel, LoadProgress, LocalBackend, Probe } from './local-backend.ts';
import { decodeArguments, detach } from './remote-values.ts';
import { serveWorker, type WorkerLine, type WorkerServer, withTransfer } from './serve-worker.ts';
import type { WorkerCall } from './worker-protocol.ts';

/** What a page needs to know of a model in a worker. */
export interface RemoteDescription {
  readonly id: number;
  readonly fields: RemoteFields;
  readonly methods: readonly string[];
}

/** Its simple properties, such as `modelId` and `dimensions`. */
export type RemoteFields = Readonly<Record<string, string | number | boolean | null>>;

/** One call of a method; `stream` sends the items of what it gives as they come. */
export interface RemoteRequest {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly stream: boolean;
}

/** What comes while it runs: an item of a stream, or a call of a callback. */
export type RemoteProgress = { readonly item: unknown } | { readonly callback: number; readonly args: unknown[] };

/** What a worker with models serves. */
export type RemoteMethods = {
  readonly probe: (name: string, call: WorkerCall<never>) => Promise<Probe>;
  readonly load: (name: string, call: WorkerCall<LoadProgress>) => Promise<RemoteDescription>;
  readonly lost: (id: number, call: WorkerCall<never>) => Promise<LocalModelError | null>;
  readonly call: (request: RemoteRequest, call: WorkerCall<RemoteProgress>) => Promise<{ readonly value: unknown; readonly fields: RemoteFields }>;
};

/**
 * Serves backends to a page, where `workerBackend` shows them: in the file of a worker.
 *
 * @example
 * serveModels(self, { chat: transformersChat({ model: 'small', modelPath: '/models/' }) });
 */
export function serveModels(line: WorkerLine, backends: Readonly<Record<string, LocalBackend>>): WorkerServer {
  const models = new Map<number, LoadedModel>();
  const backend = (name: string): LocalBackend => {
    const found = Object.hasOwn(backends, name) ? backends[name] : undefined;
    if (found === undefined) throw new UnsupportedError(`Cannot load '${name}': the worker serves ${Object.keys(backends).join(', ') || 'nothing'}`);
    return found;
  };
  const model = (id: number): Record<string, unknown> => {
    const found = models.get(id);
    if (found === undefined) throw new LocalModelError('Cannot call the model: it is not loaded in this worker', { problem: 'disposed', fix: 'Load it again' });
    return found as unknown as Record<string, unknown>;
  };
  const methods: RemoteMethods = {
    probe: (name, { signal }) => backend(name).probe({ signal }),
    load: async (name, { signal, progress }) => {
      const loaded = await backend(name).load({ signal, onProgress: progress });
      const id = models.size + 1;
      models.set(id, loaded);
      return { id, fields: fieldsOf(loaded), methods: methodsOf(loaded) };
    },
    lost: async (id) => await (model(id) as unknown as LoadedModel).lost ?? new Promise(() => undefined),
    call: async ({ id, method, args, stream }, { signal, progress }) => {
      const target = model(id);
      const run = isUnsafeKey(method) ? undefined : target[method];
      if (typeof run !== 'function') throw new UnsupportedError(`Cannot call '${method}': the model has no such method`);
      const callBack = (callback: number, rest: unknown[]): void => progress({ callback, args: rest });
      const result: unknown = run.apply(target, decodeArguments(args, signal, callBack));
      if (stream) {
        for await (const item of result as AsyncIterable<unknown>) {
          if (signal.aborted) break;
          progress({ item });
        }
      }
      const { value, transfer } = detach(stream ? undefined : await result);
      return withTransfer({ value, fields: fieldsOf(target) }, transfer);
    },
  };
  return serveWorker(line, methods);
}

const SIMPLE: ReadonlySet<string> = new Set(['string', 'number', 'boolean']);

/** Names of everything an object has, its own and inherited, down to Object. */
function namesOf(target: object): string[] {
  const names = new Set<string>();
  for (let at: object | null = target; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const name of Object.getOwnPropertyNames(at)) if (!isUnsafeKey(name)) names.add(name);
  }
  return [...names];
}

function fieldsOf(target: object): RemoteFields {
  const values = target as Readonly<Record<string, unknown>>;
  return Object.fromEntries(namesOf(target).flatMap((name) => {
    const value = values[name];
    return value === null || SIMPLE.has(typeof value) ? [[name, value as string | number | boolean | null]] : [];
  }));
}

function methodsOf(target: object): string[] {
  const values = target as Readonly<Record<string, unknown>>;
  return namesOf(target).filter((name) => typeof values[name] === 'function');
}
