import { createIndexedDbMemory } from 'blazen-ts/browser';
import { Memory } from 'blazen-ts/memory';
import type { RagDocument } from 'blazen-ts/rag';
import { clear, createStore, del, entries, get, set, type UseStore } from 'idb-keyval';
import type { DocumentRow, Preview, SourceWindow } from '../protocol.ts';

/** A row as it is stored: `complete` only when all its passages are. */
interface StoredRow extends DocumentRow {
  readonly complete: boolean;
}

interface StoredText {
  readonly text: string;
  readonly source: string;
  readonly pages: readonly number[];
}

/** Longest document that is shown the way its format means it, UTF-16 units. */
const LONGEST_PREVIEW = 100_000;

/** The documents of this browser: their passages in a memory, their texts beside it, all in IndexedDB. */
export class Library {
  readonly memory: Memory = new Memory(undefined, createIndexedDbMemory({ database: 'blazen-demo-memory' }));
  readonly #rows: UseStore = createStore('blazen-demo-documents', 'rows');
  readonly #texts: UseStore = createStore('blazen-demo-texts', 'texts');
  #last: { readonly docId: string; readonly stored: StoredText } | null = null;

  /** Newest first. */
  async list(): Promise<DocumentRow[]> {
    const rows = await entries<string, StoredRow>(this.#rows);
    return rows.map(([, row]) => row).filter((row) => row.complete).sort((a, b) => b.addedAt - a.addedAt || a.name.localeCompare(b.name));
  }

  /** Keeps a document's text, before its passages are stored. */
  async begin(document: RagDocument, { docId, name }: { readonly docId: string; readonly name: string }, chunks: number): Promise<void> {
    const { kind, text, source, title, pages = [] } = document;
    const before = await get<StoredRow>(docId, this.#rows);
    const stored: StoredText = { text, source: kind === 'html' ? source : '', pages };
    const row: StoredRow = {
      docId, name, kind, title, length: text.length, chunks: Math.max(chunks, before?.chunks ?? 0), addedAt: Date.now(), complete: false,
    };
    this.#last = null;
    await set(docId, row, this.#rows);
    await set(docId, stored, this.#texts);
  }

  /** All passages of the document are stored. */
  async finish(docId: string, chunks: number): Promise<void> {
    const row = await get<StoredRow>(docId, this.#rows);
    if (row !== undefined) await set(docId, { ...row, chunks, complete: true }, this.#rows);
  }

  /** Removes what a cancelled run, a crash or a closed tab left half stored. */
  async sweep(): Promise<void> {
    for (const [docId, row] of await entries<string, StoredRow>(this.#rows)) if (!row.complete) await this.remove(docId);
  }

  async remove(docId: string): Promise<void> {
    const row = await get<StoredRow>(docId, this.#rows);
    if (row === undefined) return;
    this.#last = null;
    await this.memory.deleteMany(Array.from({ length: row.chunks }, (_, index) => `${docId}#${index}`));
    await del(docId, this.#texts);
    await del(docId, this.#rows);
  }

  async clear(): Promise<void> {
    for (const [docId] of await entries<string, StoredRow>(this.#rows)) await this.remove(docId);
    await clear(this.#texts);
  }

  /** The text around a place; null when the document is gone. */
  async window(docId: string, at: number, from: number, to: number): Promise<SourceWindow | null> {
    const [row, stored] = await Promise.all([get<StoredRow>(docId, this.#rows), this.#text(docId)]);
    if (row === undefined || stored === null) return null;
    const start = lineStart(stored.text, Math.max(0, from));
    const page = stored.pages.length === 0 ? null : stored.pages.findLastIndex((begin) => begin <= at) + 1;
    return {
      docId, name: row.name, kind: row.kind, title: row.title, from: start,
      text: stored.text.slice(start, Math.min(stored.text.length, to)), length: stored.text.length, page,
    };
  }

  async preview(docId: string): Promise<Preview | null> {
    const [row, stored] = await Promise.all([get<StoredRow>(docId, this.#rows), this.#text(docId)]);
    if (row === undefined || stored === null || (row.kind !== 'markdown' && row.kind !== 'html')) return null;
    const source = row.kind === 'html' ? stored.source : stored.text;
    return source.length > LONGEST_PREVIEW ? null : { kind: row.kind, source };
  }

  // The document that is being looked at is read once, not at every scroll.
  async #text(docId: string): Promise<StoredText | null> {
    if (this.#last?.docId !== docId) {
      const stored = await get<StoredText>(docId, this.#texts);
      if (stored === undefined) return null;
      this.#last = { docId, stored };
    }
    return this.#last.stored;
  }
}

/** A window does not begin in the middle of a line, unless the line is very long. */
function lineStart(text: string, from: number): number {
  if (from === 0) return 0;
  const found = text.lastIndexOf('\n', from);
  return from - found < 500 ? found + 1 : from;
}
