import { UnsupportedError } from '../base/error-classes.ts';
import type { MemoryBackendSpec, MemoryCapabilities, ScanOptions, ScanPage, StoredEntry } from '../spec/memory.ts';

/** An entry as the six-method backends see it: plain JSON, so that it may be stored with `JSON.stringify`. */
export interface CustomEntry extends Omit<StoredEntry, 'vector'> {
  /** The vector's 32-bit floats, little-endian, base64. A backend may drop it; the memory then embeds again. */
  readonly vector?: string;
}

/** The documented backend contract: one entry per call. */
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
}

/**
 * Base of your own backend: extend it and override the methods, or pass them as handlers.
 *
 * Methods may return plain values or promises. Entries are plain JSON.
 */
export class MemoryBackend implements CustomBackendHandlers {
  readonly #handlers: Partial<CustomBackendHandlers>;

  constructor(handlers: Partial<CustomBackendHandlers> = {}) {
    this.#handlers = handlers;
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
  readonly #backend: CustomBackendHandlers;

  constructor(backend: CustomBackendHandlers) {
    this.#backend = backend;
  }

  async putMany(entries: readonly StoredEntry[]): Promise<void> {
    const { toCustom } = await import('./custom-entry.ts');
    for (const entry of entries) await this.#backend.put(toCustom(entry));
  }

  async getMany(ids: readonly string[]): Promise<(StoredEntry | null)[]> {
    const { fromCustom } = await import('./custom-entry.ts');
    const entries: (StoredEntry | null)[] = [];
    for (const id of ids) {
      const found = await this.#backend.get(id);
      entries.push(found === null || found === undefined ? null : fromCustom(found));
    }
    return entries;
  }

  async deleteMany(ids: readonly string[]): Promise<number> {
    let deleted = 0;
    for (const id of ids) if ((await this.#backend.delete(id)) === true) deleted++;
    return deleted;
  }

  async scan(options: ScanOptions = {}): Promise<ScanPage> {
    const { fromList } = await import('./custom-entry.ts');
    const items = fromList(await this.#backend.list())
      .filter((entry) => options.namespace === undefined || (entry.namespace ?? '') === options.namespace);
    return { items, cursor: null };
  }

  async count(): Promise<number> {
    return Number(await this.#backend.len());
  }

  async searchByBands(bands: readonly string[], limit: number): Promise<StoredEntry[]> {
    const { fromList } = await import('./custom-entry.ts');
    return fromList(await this.#backend.searchByBands?.([...bands], limit) ?? []);
  }
}

/** True for an object with the six documented methods. */
export function isCustomBackend(value: unknown): value is CustomBackendHandlers {
  return typeof value === 'object' && value !== null
    && (['put', 'get', 'delete', 'list', 'len'] as const)
      .every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
