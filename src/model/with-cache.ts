import { throwIfAborted, abortError } from '../base/abort.ts';
import { bytesToHex } from '../base/bytes.ts';
import { isRecord } from '../base/json.ts';
import { LruMap } from '../base/lru.ts';
import type { ChatModelSpec, CompletionRequest, CompletionResult } from '../spec/completion.ts';
import { ChatModel } from './chat-model.ts';

/** Where cached answers are kept, as text under a 64-character key. */
export interface CompletionCacheStore {
  get(key: string): Promise<string | undefined> | string | undefined;
  set(key: string, value: string, ttlMs: number): Promise<void> | void;
}

/** What is cached, for how long and where. */
export interface CacheConfig {
  /** Seconds an answer stays valid. Default 300. */
  readonly ttlSeconds?: number;
  /** Entries of the built-in store. Default 1,000. */
  readonly maxEntries?: number;
  /** Default: in memory, the least recently used goes first. */
  readonly store?: CompletionCacheStore;
}

/** A request several callers wait for. */
interface Flight { readonly promise: Promise<string>; readonly controller: AbortController; waiting: number }

/**
 * A model that answers identical whole requests from a cache; streams go past it.
 *
 * Identical requests at the same time are one request; it ends when all who wait for it have aborted. Failures are not
 * kept. A failing store is the caller's error.
 *
 * @param config an object, or the reference's `ttlSeconds` with `maxEntries` after it.
 */
export function withCache(model: ChatModelSpec, config: CacheConfig | number = {}, maxEntries?: number): ChatModel {
  const options: CacheConfig = typeof config === 'number' ? { ttlSeconds: config } : config;
  const ttlMs = (options.ttlSeconds ?? 300) * 1000;
  const store = options.store ?? new LruMap<string>(maxEntries ?? options.maxEntries ?? 1000, ttlMs);
  const flights = new Map<string, Flight>();

  const start = (key: string, request: CompletionRequest): Flight => {
    const controller = new AbortController();
    const ask = async (): Promise<string> => {
      const text = JSON.stringify(await model.doComplete({ ...request, signal: controller.signal }));
      await store.set(key, text, ttlMs);
      return text;
    };
    const flight = { promise: ask().finally(() => flights.delete(key)), controller, waiting: 0 };
    flights.set(key, flight);
    return flight;
  };

  return new ChatModel({
    provider: model.provider, modelId: model.modelId,
    async doComplete(request): Promise<CompletionResult> {
      throwIfAborted(request.signal, 'The completion');
      const key = await keyOf(model, request);
      const known = await store.get(key);
      if (known !== undefined) return JSON.parse(known) as CompletionResult;
      return JSON.parse(await join(flights.get(key) ?? start(key, request), request.signal)) as CompletionResult;
    },
    doStream: (request) => model.doStream(request),
  });
}

/** Wait for a flight; the last one to leave ends it. */
async function join(flight: Flight, signal: AbortSignal | undefined): Promise<string> {
  flight.waiting++;
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_resolve, reject) => {
    leave = () => reject(abortError(signal as AbortSignal, 'The completion'));
    signal?.addEventListener('abort', leave, { once: true });
  });
  try {
    return await (signal === undefined ? flight.promise : Promise.race([flight.promise, left]));
  } finally {
    signal?.removeEventListener('abort', leave);
    if (--flight.waiting === 0) flight.controller.abort();
  }
}

/** SHA-256 of what decides the answer: not the signal, the deadlines, the headers or the caller's notes. */
async function keyOf(model: ChatModelSpec, request: CompletionRequest): Promise<string> {
  const { signal: _signal, timeouts: _timeouts, headers: _headers, metadata: _metadata, ...asked } = request;
  const text = JSON.stringify([model.provider, model.modelId, asked], (_key, value: unknown) => (isRecord(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value));
  return bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}
