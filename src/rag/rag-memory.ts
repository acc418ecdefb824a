import type { MemoryEntry } from '../memory/index.ts';

/** What a question needs of a memory. `Memory` has it; so can a proxy of one that lives in a worker. */
export interface SearchableMemory {
  search(query: string, options: {
    readonly limit: number; readonly mode?: 'hybrid' | 'semantic' | 'keyword'; readonly signal?: AbortSignal;
  }): Promise<readonly FoundPassage[]>;
}

/** One hit of a search, as `Memory.search` gives it. */
export interface FoundPassage {
  readonly id: string;
  readonly text: string;
  readonly score: number;
  readonly metadata: { readonly [key: string]: unknown } | null;
  readonly docId?: string;
  readonly start?: number;
  readonly end?: number;
}

/** What an ingestion needs of a memory. */
export interface WritableMemory {
  /** Stores entries batch by batch and says how many are stored. */
  addMany(entries: readonly MemoryEntry[], options: {
    readonly onProgress?: (progress: { readonly done: number }) => void; readonly signal?: AbortSignal;
  }): Promise<number>;
  /** Removes entries and says how many there were; without it, a document that got shorter leaves old passages behind. */
  deleteMany?(ids: readonly string[], options: { readonly signal?: AbortSignal }): Promise<number>;
}
