import { type IngestProgress, Memory } from 'blazen-ts/memory';
import type { ModelEntry } from '../models/models.ts';
import type { DocumentRow } from '../protocol.ts';
import type { Library } from './library.ts';
import { SearchModel } from './search-model.ts';

/** The library's passages as a model understands them, for as long as the model is in use. The library itself needs none. */
export class SearchIndex {
  readonly memory: Memory;
  readonly #model: SearchModel;
  /** The documents whose passages are in the memory. */
  readonly #documents = new Map<string, DocumentRow>();

  private constructor(model: SearchModel) {
    this.#model = model;
    this.memory = new Memory(model);
  }

  static async load(entry: ModelEntry, signal: AbortSignal): Promise<SearchIndex> {
    return new SearchIndex(await SearchModel.load(entry, signal));
  }

  get modelId(): string { return this.#model.modelId; }

  /** Takes over what came to the library and what left it, in this tab or in another one. */
  async follow(library: Library, signal: AbortSignal, onProgress: (progress: IngestProgress) => void = () => undefined): Promise<void> {
    const rows = new Map((await library.list()).map((row) => [row.docId, row]));
    for (const [docId, row] of this.#documents) {
      if (rows.get(docId)?.addedAt === row.addedAt) continue;
      await this.memory.deleteMany(passageIds(row));
      this.#documents.delete(docId);
    }
    const fresh = [...rows.values()].filter(({ docId }) => !this.#documents.has(docId));
    const total = fresh.reduce((sum, { chunks }) => sum + chunks, 0);
    let done = 0;
    for (const row of fresh) {
      const passages = await Promise.all(passageIds(row).map((id) => library.memory.get(id)));
      const entries = passages.filter((passage) => passage !== null);
      await this.memory.addMany(entries, { signal, onProgress: (progress) => onProgress({ done: done + progress.done, total }) });
      this.#documents.set(row.docId, row);
      done += row.chunks;
    }
  }

  /** Gives the model's memory back. */
  close(): void {
    this.#model.close();
  }
}

function passageIds({ docId, chunks }: DocumentRow): string[] {
  return Array.from({ length: chunks }, (_, index) => `${docId}#${index}`);
}
