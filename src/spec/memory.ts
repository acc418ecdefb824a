/** A JSON object that travels with an entry and can be filtered on. */
export type Metadata = { readonly [key: string]: unknown };

/** One entry as a backend keeps it. All fields but `vector` are plain JSON. */
export interface StoredEntry {
  /** Unique in the store. */
  readonly id: string;
  readonly text: string;
  readonly metadata: Metadata | null;
  /** Absent when the entry was added without an embedder. */
  readonly vector?: Float32Array;
  /** Stamp of the model behind `vector`: `model@version/dimensions`. */
  readonly embedder?: string;
  /** Absent for the default namespace. */
  readonly namespace?: string;
  /** The document this entry is a passage of. */
  readonly docId?: string;
  /** Span of the passage in its document, UTF-16 units, end exclusive. */
  readonly start?: number;
  readonly end?: number;
  /** Hash of text and metadata, for skipping what is already stored. */
  readonly hash?: string;
  /** Milliseconds since 1970. */
  readonly createdAt?: number;
  /** Milliseconds since 1970; the entry is invisible from then on. */
  readonly expiresAt?: number;
  /** LSH band keys, only for backends that implement `searchByBands`. */
  readonly bands?: readonly string[];
}

/** What a backend promises; the memory plans by it. */
export interface MemoryCapabilities {
  /** Survives the process. */
  readonly persistent: boolean;
  /** Other processes, tabs or machines may write to the same store. */
  readonly shared: boolean;
  /** `putMany` and `deleteMany` apply all of a batch or nothing. */
  readonly atomicBatch: boolean;
  /** Gives back `StoredEntry.vector`; where false the memory embeds again when it opens the store. */
  readonly vectors: boolean;
  /** Entries per `putMany` call the store takes at most. */
  readonly maxBatch: number;
}

/** Options of every backend call that waits. */
export interface BackendCallOptions {
  readonly signal?: AbortSignal;
}

/** One page of a scan. */
export interface ScanPage {
  readonly items: readonly StoredEntry[];
  /** Give it back to get the next page; null after the last one. */
  readonly cursor: string | null;
}

/** Which entries a scan visits and how much of each it returns. */
export interface ScanOptions extends BackendCallOptions {
  /** Default: all namespaces. */
  readonly namespace?: string;
  readonly cursor?: string | null;
  /** Entries per page, about: one that keeps them packed may give more or fewer. Default 1024. */
  readonly limit?: number;
}

/**
 * Where a memory keeps its entries: asynchronous, batched, paged.
 *
 * The ranking index lives in the memory and can be rebuilt from `scan` at any time; a backend only has to keep entries.
 * The optional methods are used when they exist.
 */
export interface MemoryBackendSpec {
  readonly capabilities: MemoryCapabilities;
  /** Adds entries or replaces those with the same id; of two with the same id in one call the later wins. */
  putMany(entries: readonly StoredEntry[], options?: BackendCallOptions): Promise<void>;
  /** One result per id, in order; null where the store has none. */
  getMany(ids: readonly string[], options?: BackendCallOptions): Promise<readonly (StoredEntry | null)[]>;
  /** How many of the ids existed. */
  deleteMany(ids: readonly string[], options?: BackendCallOptions): Promise<number>;
  /** Entries in a stable order, each once when nothing is written meanwhile. */
  scan(options?: ScanOptions): Promise<ScanPage>;
  count(): Promise<number>;
  /** Counts the calls that changed the store, each raising it by exactly one; lets a memory notice foreign writes. */
  revision?(): Promise<number>;
  /** Entries that share at least one LSH band key with the query; asked by searches in mode 'simhash'. */
  searchByBands?(bands: readonly string[], limit: number): Promise<readonly StoredEntry[]>;
  /** Releases connections and handles; calls after it fail. */
  close?(): Promise<void>;
}

/** A search that a vector database does itself. */
export interface VectorQuery extends BackendCallOptions {
  readonly vector: Float32Array;
  /** Results at most. */
  readonly limit: number;
  /** '' for the default one. */
  readonly namespace: string;
  /** The filter of `Memory.search`, already checked; applied before ranking where the database can. */
  readonly filter: { readonly [field: string]: unknown } | null;
  /** Entries that expired by then are left out. Milliseconds since 1970. */
  readonly now: number;
}

/** One result: the entry, which needs no vector, and how near it is; higher is nearer. */
export interface VectorHit {
  readonly entry: StoredEntry;
  /** Cosine or dot product; for 'euclidean' 1 / (1 + distance). */
  readonly score: number;
}

/** A database that keeps entries and ranks them by their vectors; what a `DatabaseMemory` works with. */
export interface VectorDatabaseSpec {
  /** Entries per `putMany` call the database takes at most. */
  readonly capabilities: Pick<MemoryCapabilities, 'maxBatch'>;
  putMany(entries: readonly StoredEntry[], options?: BackendCallOptions): Promise<void>;
  /** One result per id, in order; null where there is none. Vectors may be missing. */
  getMany(ids: readonly string[], options?: BackendCallOptions): Promise<readonly (StoredEntry | null)[]>;
  /** How many of the ids existed. */
  deleteMany(ids: readonly string[], options?: BackendCallOptions): Promise<number>;
  /** The nearest entries, best first. */
  query(query: VectorQuery): Promise<readonly VectorHit[]>;
  close?(): Promise<void>;
}

/** One change of a segment store: new bytes, or null to remove the key. */
export interface SegmentChange {
  readonly key: string;
  readonly bytes: Uint8Array | null;
}

/**
 * The least a host has to offer to hold a memory: named blobs. The memory packs entries into segments of 1,024 rows and
 * names every version anew, so that a blob is never changed, and the manifest decides which ones count.
 */
export interface SegmentStoreSpec {
  readonly kind: 'segments';
  /** Survives the process. */
  readonly persistent: boolean;
  /** Others may write to it. */
  readonly shared: boolean;
  /** Largest blob it takes. Default: no limit. */
  readonly maxBytes?: number;
  /** Bytes by key, null where nothing is stored. */
  readSegments(keys: readonly string[], options?: BackendCallOptions): Promise<readonly (Uint8Array | null)[]>;
  /**
   * Finds many of them at once, without their bytes, which the functions read. For hosts where to find one takes time of its
   * own: a scan then begins with finding all.
   */
  findSegments?(keys: readonly string[], options?: BackendCallOptions): Promise<readonly ((() => Promise<Uint8Array>) | null)[]>;
  /**
   * Applies the changes in order, durably, all or nothing where the host can.
   * With `expected`, only when that key still holds exactly these bytes (null: nothing); false when it does not.
   */
  writeSegments(changes: readonly SegmentChange[], expected?: SegmentChange, options?: BackendCallOptions): Promise<boolean>;
  /** Keys of everything stored. */
  listSegments(): Promise<readonly string[]>;
  /**
   * Runs the work alone among all who have the store open, in the order in which they ask. Where it is missing, a slow writer
   * can lose to fast ones until it gives up.
   */
  exclusive?<T>(work: () => Promise<T>): Promise<T>;
  close?(): Promise<void>;
}
