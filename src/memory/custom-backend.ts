import { base64ToBytes, bytesToBase64 } from '../base/bytes.ts';
import { UnsupportedError, ValidationError } from '../base/error-classes.ts';
import type { MemoryBackendSpec, MemoryCapabilities, ScanOptions, ScanPage, StoredEntry } from '../spec/memory.ts';
import { isPlainObject } from './metadata.ts';

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
    const { textBands } = await import('./lexical/simhash.ts');
    for (const entry of entries) await this.#backend.put({ ...toCustom(entry), bands: textBands(entry.text) });
  }

  async getMany(ids: readonly string[]): Promise<(StoredEntry | null)[]> {
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
    const items = asList(await this.#backend.list()).map(fromCustom)
      .filter((entry) => options.namespace === undefined || (entry.namespace ?? '') === options.namespace);
    return { items, cursor: null };
  }

  async count(): Promise<number> {
    return Number(await this.#backend.len());
  }

  async searchByBands(bands: readonly string[], limit: number): Promise<StoredEntry[]> {
    return asList(await this.#backend.searchByBands?.([...bands], limit) ?? []).map(fromCustom);
  }
}

/** True for an object with the six documented methods. */
export function isCustomBackend(value: unknown): value is CustomBackendHandlers {
  return typeof value === 'object' && value !== null
    && (['put', 'get', 'delete', 'list', 'len'] as const)
      .every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

function toCustom(entry: StoredEntry): CustomEntry {
  const { vector, ...rest } = entry;
  if (vector === undefined) return rest;
  return { ...rest, vector: bytesToBase64(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)) };
}

// What comes back was stored by somebody else's code: keep what is usable, insist on id and text.
function fromCustom(value: unknown): StoredEntry {
  if (!isPlainObject(value) || typeof value['id'] !== 'string' || typeof value['text'] !== 'string') {
    throw new ValidationError("Cannot read the backend: an entry lacks 'id' or 'text'");
  }
  const { vector: stored, metadata, embedder, bands: _, ...rest } = value;
  const vector = decodeVector(stored);
  return {
    ...(rest as Omit<StoredEntry, 'metadata'>),
    metadata: isPlainObject(metadata) ? metadata : null,
    ...(vector === null ? {} : { vector }),
    ...(vector !== null && typeof embedder === 'string' ? { embedder } : {}),
  };
}

function decodeVector(stored: unknown): Float32Array | null {
  if (typeof stored !== 'string' || stored === '') return null;
  const bytes = base64ToBytes(stored);
  return bytes.byteLength % 4 === 0 ? new Float32Array(bytes.buffer) : null;
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new ValidationError('Cannot read the backend: it gave no array');
}
