import type { SourceDocument } from '../memory/index.ts';

/** A file to take in: its name, and its content as text, bytes or a blob (a browser's `File` is one). */
export interface RagFile {
  /** Shown in citations, and the document's id unless `id` is given. Its extension decides how the file is read. */
  readonly name: string;
  /** Id of the document; taking in the same id again replaces the document. Default: the name. */
  readonly id?: string;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  /** Read when its turn comes, so that many files need not be in memory at once. */
  readonly blob?: Blob;
  /** Media type, used when the name has no extension that is known. Default: the blob's. */
  readonly type?: string;
}

/** A document ready to be cut into passages. Plain data: a worker can make it. */
export type RagDocument = SourceDocument;

/** Id of a file's document. */
export function documentId(file: RagFile): string {
  return file.id ?? file.name;
}
