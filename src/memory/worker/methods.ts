import type { WorkerCall } from '../../local/index.ts';
import type { StoredEntry } from '../../spec/memory.ts';
import type { MemoryEntry } from '../entry.ts';
import type { MemoryFilter } from '../filter.ts';
import type { AddManyOptions, IngestProgress } from '../memory.ts';
import type { MemoryResult } from '../memory-result.ts';
import type { SearchOptions } from '../search.ts';

/** Part of a memory: '' for the default one. */
interface Scoped {
  readonly namespace: string;
}

/** Entries on their way to the worker; vectors that are equally long travel in one block, which is moved. */
export interface PackedEntries {
  readonly entries: readonly MemoryEntry[];
  readonly vectors: Float32Array<ArrayBuffer> | null;
}

/** Options that can travel; the rest stays with the caller. */
export type SentAddOptions = Pick<AddManyOptions, 'batchSize' | 'dedupe'>;
export type SentSearchOptions = Omit<SearchOptions, 'reranker' | 'signal'>;

/** What the worker of a memory serves. */
export interface MemoryMethods {
  readonly add: (args: Scoped & PackedEntries & { readonly options: SentAddOptions }, call: WorkerCall<IngestProgress>) => Promise<number>;
  readonly search: (args: Scoped & { readonly queries: readonly string[]; readonly options: SentSearchOptions }, call: WorkerCall) => Promise<MemoryResult[][]>;
  readonly get: (args: Scoped & { readonly id: string }) => Promise<StoredEntry | null>;
  readonly delete: (args: Scoped & { readonly ids: readonly string[] }, call: WorkerCall) => Promise<number>;
  readonly count: (args: Scoped & { readonly filter: MemoryFilter | null }) => Promise<number>;
  readonly deleteExpired: (args: null) => Promise<number>;
  readonly reembed: (args: { readonly options: SentAddOptions }, call: WorkerCall<IngestProgress>) => Promise<number>;
  readonly close: (args: null) => Promise<void>;
}

/** The entries without their vectors, and these side by side; entries whose vectors differ in length keep them. */
export function pack(entries: readonly MemoryEntry[]): PackedEntries {
  const length = entries[0]?.vector?.length ?? 0;
  if (length === 0 || entries.some(({ vector }) => vector?.length !== length)) return { entries, vectors: null };
  const vectors = new Float32Array(entries.length * length);
  entries.forEach(({ vector }, i) => vectors.set(vector as ArrayLike<number>, i * length));
  return { entries: entries.map(({ vector: _, ...entry }) => entry), vectors };
}

/** What was packed. */
export function unpack({ entries, vectors }: PackedEntries): readonly MemoryEntry[] {
  if (vectors === null) return entries;
  const length = vectors.length / entries.length;
  return entries.map((entry, i) => ({ ...entry, vector: vectors.subarray(i * length, (i + 1) * length) }));
}
