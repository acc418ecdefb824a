import { UnsupportedError } from '../base/error-classes.ts';
import type { BackendCallOptions, MemoryBackendSpec, MemoryCapabilities, ScanOptions, ScanPage, StoredEntry } from '../spec/memory.ts';
import type * as customEntries from './custom-entries.ts';

/** An entry as the six-method backends see it: plain JSON, so that it may be stored with `JSON.stringify`. */
export interface CustomEntry extends Omit<StoredEntry, 'vector'> {
  /** The vector's 32-bit floats, little-endian, base64. A backend may drop it; the memory then embeds again. */
  readonly vector?: string;
}

/** The documented backend contract, one entry per call, and what makes it better. */
export interface CustomBackendHandlers {
  put(entry: CustomEntry): unknown;
  /** The entry, or null. */
  get(id: string): unknown;
  /** True when the entry existed. */
  delete(id: string): unknown;
  /** All entries. */
  list(): unknown;
  len(): unknown;
  /** Entries whose `bands` share a key with the given ones, in any order; asked by searches in mode 'simhash'. */
  searchByBands?(bands: string[], limit: number): unknown;
  /** Used instead of `put` where it is there, with up to 256 entries. */
  putMany?(entries: CustomEntry[]): unknown;
  /** Used instead of `get`: one result per id, in order. */
  getMany?(ids: string[]): unknown;
  /** Used instead of `delete`: how many of the ids existed. */
  deleteMany?(ids: string[]): unknown;
  /** Raised by exactly one by each call that changes the store, whoever makes it; without it the memory does not notice other writers. */
  revision?(): unknown;
  /** Called by `memory.close()`. */
  close?(): unknown;
}

const OPTIONAL = ['putMany', 'getMany', 'deleteMany', 'revision', 'close'] as const;

/**
 * Base of your own backend: extend it and override the methods, or pass them as handlers.
 *
 * Methods may return plain values or promises. Entries are plain JSON.
 */
export class MemoryBackend implements CustomBackendHandlers {
  readonly #handlers: Partial<CustomBackendHandlers>;

  constructor(handlers: Partial<CustomBackendHandlers> = {}) {
    this.#handlers = handlers;
    for (const name of OPTIONAL) if (handlers[name] !== undefined) Object.assign(this, { [name]: (handlers[name] as () => unknown).bind(handlers) });
  }

  put(entry: CustomEntry): unknown {
    return this.#call('put', entry);
  }

  get(id: string): unknown {
    return this.#call('get', id);
  }

  delete(id: string): unknown {
    return this.#call('delete', id);
  }

  list(): unknown {
    return this.#call('list');
  }

  len(): unknown {
    return this.#call('len');
  }

  searchByBands(bands: string[], limit: number): unknown {
    return this.#call('searchByBands', bands, limit);
  }

  #call(name: keyof CustomBackendHandlers, ...values: unknown[]): unknown {
    const handler = this.#handlers[name] as ((...values: unknown[]) => unknown) | undefined;
    if (handler === undefined) throw new UnsupportedError(`Cannot use the backend: it does not implement '${name}'`);
    return handler.apply(this.#handlers, values);
  }
}

/** Gives a six-method backend the batched, paged form the memory works with. */
export class CustomBackendAdapter implements MemoryBackendSpec {
  readonly capabilities: MemoryCapabilities = {
    persistent: true, shared: true, atomicBatch: false, vectors: false, maxBatch: 256,
  };
  readonly revision?: () => Promise<number>;
  readonly #backend: CustomBackendHandlers;

  constructor(backend: CustomBackendHandlers) {
    this.#backend = backend;
    if (typeof backend.revision === 'function') this.revision = async () => Number(await backend.revision?.());
  }

  async putMany(entries: readonly StoredEntry[], options: BackendCallOptions = {}): Promise<void> {
    await (await load()).putAll(this.#backend, entries, options);
  }

  async getMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<(StoredEntry | null)[]> {
    return (await load()).getAll(this.#backend, ids, options);
  }

  async deleteMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<number> {
    return (await load()).deleteAll(this.#backend, ids, options);
  }

  async scan(options: ScanOptions = {}): Promise<ScanPage> {
    return { items: await (await load()).listAll(this.#backend, options), cursor: null };
  }

  async count(): Promise<number> {
    return Number(await this.#backend.len());
  }

  async searchByBands(bands: readonly string[], limit: number): Promise<StoredEntry[]> {
    return (await load()).entriesOf(await this.#backend.searchByBands?.([...bands], limit) ?? []);
  }

  async close(): Promise<void> {
    await this.#backend.close?.();
  }
}

// A memory over any other backend does without.
const load = (): Promise<typeof customEntries> => import('./custom-entries.ts');

/** True for an object with the six documented methods. */
export function isCustomBackend(value: unknown): value is CustomBackendHandlers {
  return typeof value === 'object' && value !== null
    && (['put', 'get', 'delete', 'list', 'len'] as const)
      .every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
