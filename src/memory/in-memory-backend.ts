import type { MemoryBackendSpec, MemoryCapabilities, ScanOptions, ScanPage, StoredEntry } from '../spec/memory.ts';

/** Keeps entries in this process; gone when it ends. Several memories may share one. */
export class InMemoryBackend implements MemoryBackendSpec {
  readonly capabilities: MemoryCapabilities = {
    persistent: false, shared: true, atomicBatch: true, vectors: true, maxBatch: Infinity,
  };
  readonly #entries = new Map<string, StoredEntry>();
  #revision = 0;

  putMany(entries: readonly StoredEntry[]): Promise<void> {
    for (const entry of entries) this.#entries.set(entry.id, entry);
    if (entries.length > 0) this.#revision++;
    return Promise.resolve();
  }

  getMany(ids: readonly string[]): Promise<(StoredEntry | null)[]> {
    return Promise.resolve(ids.map((id) => this.#entries.get(id) ?? null));
  }

  deleteMany(ids: readonly string[]): Promise<number> {
    let deleted = 0;
    for (const id of ids) if (this.#entries.delete(id)) deleted++;
    if (deleted > 0) this.#revision++;
    return Promise.resolve(deleted);
  }

  scan(options: ScanOptions = {}): Promise<ScanPage> {
    const { namespace, limit = 1024 } = options;
    const from = Number(options.cursor ?? 0);
    const found = [...this.#entries.values()].filter((entry) => namespace === undefined || (entry.namespace ?? '') === namespace);
    const end = from + Math.max(1, limit);
    return Promise.resolve({ items: found.slice(from, end), cursor: end < found.length ? String(end) : null });
  }

  count(): Promise<number> {
    return Promise.resolve(this.#entries.size);
  }

  revision(): Promise<number> {
    return Promise.resolve(this.#revision);
  }

  /** Adds or replaces one entry. */
  put(entry: StoredEntry): Promise<void> {
    return this.putMany([entry]);
  }

  get(id: string): Promise<StoredEntry | null> {
    return Promise.resolve(this.#entries.get(id) ?? null);
  }

  /** True when the entry existed. */
  async delete(id: string): Promise<boolean> {
    return (await this.deleteMany([id])) === 1;
  }

  /** All entries, oldest first. */
  list(): Promise<StoredEntry[]> {
    return Promise.resolve([...this.#entries.values()]);
  }

  len(): Promise<number> {
    return this.count();
  }

  async isEmpty(): Promise<boolean> {
    return (await this.count()) === 0;
  }

  /** Entries that share at least one of the LSH bands, oldest first; only entries stored with bands can be found. */
  searchByBands(bands: readonly string[], limit: number): Promise<StoredEntry[]> {
    const hits = [...this.#entries.values()].filter((entry) => entry.bands?.some((band) => bands.includes(band)));
    return Promise.resolve(hits.slice(0, limit));
  }
}
