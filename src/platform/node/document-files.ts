import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { IngestError } from '../../base/error-classes.ts';

/** A file to read, as the user named it. */
export interface DocumentFile {
  readonly path: string;
  /** The user named this file, not only a directory above it. */
  readonly named: boolean;
}

const DOCUMENT = /\.(md|markdown|txt|html?|pdf|csv|tsv|jsonl|ndjson)$/i;

/**
 * The files behind paths: a file is itself, a directory stands for every .md, .txt, .html, .pdf, .csv and .jsonl file below it,
 * in order of their names. Hidden entries, `node_modules` and symbolic links below a directory are left out; no file comes twice.
 *
 * @throws IngestError when a path is not there, cannot be read, or holds no document.
 */
export async function findDocumentFiles(paths: readonly string[]): Promise<DocumentFile[]> {
  const found = new Map<string, DocumentFile>();
  for (const path of paths) {
    const status = await stat(path).catch((error: unknown) => fail(path, error));
    const files = status.isDirectory() ? await below(path) : [path];
    if (files.length === 0) throw new IngestError(`Cannot read '${path}': there is no .md, .txt, .html, .pdf, .csv or .jsonl file in it`, { reason: 'unreadable' });
    for (const file of files) {
      const key = resolve(file);
      const before = found.get(key);
      found.set(key, { path: before?.path ?? file, named: before?.named === true || !status.isDirectory() });
    }
  }
  return [...found.values()];
}

/**
 * The bytes of a file.
 *
 * @param maxBytes a larger file is not read. @throws IngestError when it cannot be read, is no file or is too large.
 */
export async function readDocumentFile(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path).catch((error: unknown) => fail(path, error));
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new IngestError(`Cannot read '${path}': it is not a regular file`, { reason: 'unreadable' });
    if (status.size > maxBytes) {
      throw new IngestError(`Cannot read '${path}': it has ${status.size} bytes, more than the ${maxBytes} allowed`, { reason: 'too_large' });
    }
    return await file.readFile();
  } catch (error) {
    return fail(path, error);
  } finally {
    await file.close();
  }
}

async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => fail(folder, error));
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...await below(path));
    else if (entry.isFile() && DOCUMENT.test(entry.name)) files.push(path);
  }
  return files;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory', ENOTDIR: 'there is no such file or directory', EACCES: 'permission denied', EPERM: 'permission denied',
};

function fail(path: string, error: unknown): never {
  if (error instanceof IngestError) throw error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  throw new IngestError(`Cannot read '${path}': ${REASONS[code] ?? message}`, { reason: 'unreadable', cause: error });
}
