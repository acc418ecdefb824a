import { throwIfAborted } from '../base/abort.ts';
import { MemoryNoEmbedderError } from '../base/error-classes.ts';
import type { StoredEntry } from '../spec/memory.ts';
import type { VectorSource } from './embedder.ts';
import type { AddManyOptions, IngestProgress } from './memory.ts';
import { type EntryStore, withVectors } from './store.ts';

const DEFAULT_BATCH = 64;

/** Embeds every entry of the store again; returns how many there are. */
export async function reembed(
  store: EntryStore, source: VectorSource | null, options: AddManyOptions, report: (progress: IngestProgress) => void,
): Promise<number> {
  if (source === null) throw new MemoryNoEmbedderError('Cannot embed: the memory has no embedder');
  const { batchSize = DEFAULT_BATCH, signal } = options;
  const all: StoredEntry[] = [];
  for await (const { vector: _, embedder: __, ...entry } of store.entries(signal)) all.push(entry);
  for (let done = 0; done < all.length;) {
    throwIfAborted(signal, 'Embedding again');
    const batch = all.slice(done, done + batchSize);
    await store.backend.putMany(await withVectors(batch, source, signal));
    done += batch.length;
    report({ done, total: all.length });
  }
  store.invalidate();
  return all.length;
}
