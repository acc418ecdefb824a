import { throwIfAborted } from '../../base/abort.ts';
import { AbortedError, MemoryCorruptError, MemoryError, ValidationError } from '../../base/error-classes.ts';
import { isBlazenError } from '../../base/errors.ts';
import { matchEntries } from '../../memory/database/match-entries.ts';
import type { BackendCallOptions, StoredEntry, VectorDatabaseSpec, VectorHit, VectorQuery } from '../../spec/memory.ts';
import { boundedName } from './bounded-name.ts';
import { indexedFilter, indexedMetadata } from './indexed-metadata.ts';

/** One vector as Vectorize keeps it. */
export interface VectorizeRecord {
  readonly id: string;
  readonly namespace?: string;
  readonly metadata?: Record<string, unknown>;
}

/** What is needed of a Vectorize binding: `env.YOUR_INDEX` as it is. */
export interface VectorizeIndexBinding {
  query(vector: number[], options: {
    topK: number; namespace: string; returnMetadata: 'all' | 'none'; filter?: Record<string, never>;
  }): Promise<{ readonly matches: readonly (VectorizeRecord & { readonly score: number })[] }>;
  upsert(vectors: { id: string; values: number[]; namespace: string; metadata: Record<string, string | number | boolean> }[]): Promise<unknown>;
  getByIds(ids: string[]): Promise<readonly VectorizeRecord[]>;
  deleteByIds(ids: string[]): Promise<unknown>;
}

/** How the index was made. */
export interface VectorizeMemoryOptions {
  /** As in `wrangler vectorize create --metric`. Default 'cosine'. */
  readonly metric?: 'cosine' | 'dot-product' | 'euclidean';
  /**
   * Fields of the entries' metadata that have a metadata index, at most ten; made with `wrangler vectorize
   * create-metadata-index` before anything is added. Filters on other fields, and tests other than equality, `$in` and ranges
   * of numbers, are applied to the nearest 100 afterwards, so they may find too little.
   */
  readonly indexed?: readonly string[];
}

/** Documented limits. */
const LIMITS = { batch: 1000, results: 100, resultsWithMetadata: 20, metadataBytes: 10 * 1024 } as const;
/** Ids per call; larger ones are refused, how large is not documented. */
const IDS = { get: 20, delete: 100 } as const;

/**
 * Keeps a memory in Cloudflare Vectorize, for a `DatabaseMemory`. Written against the documented interface and limits and
 * tested with a simulation of them; not verified against Cloudflare.
 *
 * Texts lie beside their vectors, so an entry may take 10 KiB with its metadata. Ids and namespaces may be of any length.
 * What is written can be found after some seconds. Results at most 100.
 *
 * @example
 * declare const env: { readonly INDEX: VectorizeIndexBinding };
 * const memory = new DatabaseMemory(undefined, createVectorizeMemory(env.INDEX, { indexed: ['topic'] }));
 */
export function createVectorizeMemory(index: VectorizeIndexBinding, options: VectorizeMemoryOptions = {}): VectorDatabaseSpec {
  const { metric = 'cosine', indexed = [] } = options;
  for (const field of indexed) {
    if (field === '' || field === ENTRY || field.startsWith('$') || /[."]/.test(field)) {
      throw new ValidationError(`Cannot use the index: Vectorize takes no metadata field named '${field}'`, { path: 'indexed' });
    }
  }
  const getMany = async (ids: readonly string[], callOptions: BackendCallOptions = {}): Promise<(StoredEntry | null)[]> => {
    const names = await Promise.all(ids.map(boundedName));
    const found = await fetchEntries(index, [...new Set(names)], callOptions);
    return names.map((name) => found.get(name) ?? null);
  };
  return {
    capabilities: { maxBatch: LIMITS.batch },
    async putMany(entries, callOptions = {}) {
      const latest = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
      const vectors = await Promise.all(latest.map(async (entry) => ({
        id: await boundedName(entry.id), namespace: await boundedName(entry.namespace ?? ''),
        values: valuesOf(entry), metadata: metadataOf(entry, indexed),
      })));
      if (vectors.length > 0) await guard('Writing to the memory', callOptions, () => index.upsert(vectors));
    },
    getMany,
    async deleteMany(ids, callOptions = {}) {
      const existing = (await getMany([...new Set(ids)], callOptions)).filter((entry) => entry !== null);
      const names = await Promise.all(existing.map((entry) => boundedName(entry.id)));
      for (let from = 0; from < names.length; from += IDS.delete) {
        await guard('Writing to the memory', callOptions, () => index.deleteByIds(names.slice(from, from + IDS.delete)));
      }
      return existing.length;
    },
    async query(query) {
      if (query.limit > LIMITS.results) throw new ValidationError(`Cannot search: Vectorize gives ${LIMITS.results} results at most`, { path: 'limit' });
      const { filter, complete } = indexedFilter(query.filter, indexed);
      // Few results come with their entries; more are looked up, as are those that have to be filtered here.
      const withMetadata = complete && query.limit <= LIMITS.resultsWithMetadata;
      const hits = await search(index, query, filter, withMetadata);
      const allowed = matchEntries(hits.map(({ entry }) => entry), query.filter, query.now);
      const kept = hits.filter((_, i) => allowed[i]);
      if (withMetadata && kept.length < Math.min(query.limit, hits.length)) {
        // Some had expired, or share the first 64 bytes of a field with the filter: look further.
        const more = await search(index, query, filter, false);
        const passing = matchEntries(more.map(({ entry }) => entry), query.filter, query.now);
        return more.filter((_, i) => passing[i]).slice(0, query.limit).map((hit) => scored(hit, metric));
      }
      return kept.slice(0, query.limit).map((hit) => scored(hit, metric));
    },
  };
}

/** Metadata field that holds the entry. */
const ENTRY = '_entry';

async function search(index: VectorizeIndexBinding, query: VectorQuery, filter: Record<string, unknown> | null, withMetadata: boolean): Promise<VectorHit[]> {
  const namespace = await boundedName(query.namespace);
  const { matches } = await guard('Searching the memory', query, () => index.query([...query.vector], {
    topK: withMetadata ? query.limit : LIMITS.results, namespace, returnMetadata: withMetadata ? 'all' : 'none',
    ...(filter === null ? {} : { filter: filter as Record<string, never> }),
  }));
  if (withMetadata) return matches.map((match) => ({ entry: entryOf(match), score: match.score }));
  const entries = await fetchEntries(index, matches.map(({ id }) => id), query);
  return matches.flatMap(({ id, score }) => {
    const entry = entries.get(id);
    return entry === undefined ? [] : [{ entry, score }];
  });
}

async function fetchEntries(index: VectorizeIndexBinding, names: readonly string[], options: BackendCallOptions): Promise<Map<string, StoredEntry>> {
  const found = new Map<string, StoredEntry>();
  for (let from = 0; from < names.length; from += IDS.get) {
    const records = await guard('Reading the memory', options, () => index.getByIds(names.slice(from, from + IDS.get)));
    for (const record of records) found.set(record.id, entryOf(record));
  }
  return found;
}

function valuesOf({ id, vector }: StoredEntry): number[] {
  if (vector === undefined) throw new ValidationError(`Cannot store entry '${id}': Vectorize keeps nothing without a vector`);
  return [...vector];
}

function metadataOf(entry: StoredEntry, indexed: readonly string[]): Record<string, string | number | boolean> {
  const { vector: _, ...kept } = entry;
  const metadata = { ...indexedMetadata(entry.metadata, indexed), [ENTRY]: JSON.stringify(kept) };
  const bytes = new TextEncoder().encode(JSON.stringify(metadata)).length;
  if (bytes > LIMITS.metadataBytes) {
    throw new MemoryError(`Cannot store entry '${entry.id}': it takes ${bytes} bytes and Vectorize keeps ${LIMITS.metadataBytes} at most. Split the text`);
  }
  return metadata;
}

function entryOf(record: VectorizeRecord): StoredEntry {
  try {
    const entry = JSON.parse(String(record.metadata?.[ENTRY])) as StoredEntry;
    if (typeof entry.id !== 'string' || typeof entry.text !== 'string') throw new TypeError("It lacks 'id' or 'text'");
    return entry;
  } catch (cause) {
    throw new MemoryCorruptError(`Cannot read the memory in Vectorize: vector '${record.id}' holds no entry`, { cause });
  }
}

function scored({ entry, score }: VectorHit, metric: NonNullable<VectorizeMemoryOptions['metric']>): VectorHit {
  if (metric === 'dot-product') return { entry, score };
  return { entry, score: metric === 'euclidean' ? 1 / (1 + score) : Math.min(1, Math.max(0, score)) };
}

async function guard<T>(action: string, { signal }: BackendCallOptions, work: () => Promise<T>): Promise<T> {
  throwIfAborted(signal, action);
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AbortedError || isBlazenError(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new MemoryError(`Cannot use the memory in Vectorize: ${message.slice(0, 200)}`, { cause, retryable: true });
  }
}
