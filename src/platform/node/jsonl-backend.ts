import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { throwIfAborted } from '../../base/abort.ts';
import { base64ToBytes, bytesToBase64 } from '../../base/bytes.ts';
import { MemoryCorruptError, MemoryError, MemoryQuotaError } from '../../base/error-classes.ts';
import { InMemoryBackend } from '../../memory/index.ts';
import type {
  BackendCallOptions, MemoryBackendSpec, MemoryCapabilities, ScanOptions, ScanPage, StoredEntry,
} from '../../spec/memory.ts';

const HEADER = JSON.stringify({ format: 'blazen-memory', version: 1 });
/** The file is written anew when it has this many lines and more than twice as many records as entries. */
const COMPACT_FROM = 1000;

type Line = { readonly put: readonly (Omit<StoredEntry, 'vector'> & { readonly vector?: string })[] } | { readonly delete: readonly string[] };

/**
 * Keeps a memory in a file with one JSON value per line, in Node and Deno. Each change appends one line and is on the
 * disk when the call returns; now and then the file is written anew beside itself and swapped.
 *
 * One process at a time may have the file open. A line that a crash tore at the end is cut off, see `recoveredBytes`.
 */
export class JsonlBackend implements MemoryBackendSpec {
  readonly capabilities: MemoryCapabilities = {
    persistent: true, shared: false, atomicBatch: true, vectors: true, maxBatch: 1024,
  };
  readonly path: string;
  /** Bytes of an unfinished last line that were cut off when the file was opened; 0 normally. */
  readonly recoveredBytes: number;
  readonly #entries = new InMemoryBackend();
  #file: FileHandle;
  #size: number;
  #records = 0;
  #compactFrom = COMPACT_FROM;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: FileHandle, size: number, recoveredBytes: number) {
    this.path = path;
    this.recoveredBytes = recoveredBytes;
    this.#file = file;
    this.#size = size;
  }

  /**
   * Opens the file, or makes it.
   *
   * @throws MemoryCorruptError when a line before the last cannot be read, or the file is something else.
   */
  static async create(path: string): Promise<JsonlBackend> {
    const bytes = await readFile(path).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'ENOENT') return null;
      throw new MemoryError(`Cannot open '${path}'`, { cause: error });
    });
    const whole = bytes === null ? 0 : bytes.lastIndexOf(10) + 1;
    const file = await open(path, bytes === null ? 'wx+' : 'r+');
    try {
      const backend = new JsonlBackend(path, file, whole, bytes === null ? 0 : bytes.length - whole);
      const lines = bytes === null ? [] : new TextDecoder().decode(bytes.subarray(0, whole)).split('\n').slice(0, -1);
      if (lines.length > 0 && lines[0] !== HEADER) throw new MemoryCorruptError(`Cannot open '${path}': it is not a memory of version 1`);
      for (const [i, line] of lines.entries()) if (i > 0) await backend.#replay(line, i + 1);
      if (backend.recoveredBytes > 0) await file.truncate(whole);
      if (lines.length === 0) await backend.#append(`${HEADER}\n`);
      return backend;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  putMany(entries: readonly StoredEntry[], options: BackendCallOptions = {}): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    return this.#exclusive(async () => {
      throwIfAborted(options.signal, 'Writing to the memory');
      await this.#append(lineOf({ put: entries.map(toLine) }));
      this.#records += entries.length;
      await this.#entries.putMany(entries);
      await this.#compact();
    });
  }

  deleteMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<number> {
    return this.#exclusive(async () => {
      throwIfAborted(options.signal, 'Writing to the memory');
      const found = (await this.#entries.getMany(ids)).filter((entry) => entry !== null).map((entry) => entry.id);
      if (found.length === 0) return 0;
      await this.#append(lineOf({ delete: found }));
      this.#records += found.length;
      const deleted = await this.#entries.deleteMany(found);
      await this.#compact();
      return deleted;
    });
  }

  getMany(ids: readonly string[]): Promise<(StoredEntry | null)[]> {
    return this.#entries.getMany(ids);
  }

  scan(options?: ScanOptions): Promise<ScanPage> {
    return this.#entries.scan(options);
  }

  count(): Promise<number> {
    return this.#entries.count();
  }

  revision(): Promise<number> {
    return this.#entries.revision();
  }

  /** Waits for what is being written and closes the file. */
  async close(): Promise<void> {
    await this.#exclusive(() => this.#file.close());
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async #append(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    try {
      await writeAll(this.#file, bytes, this.#size);
      await this.#file.datasync();
    } catch (cause) {
      // What was written of the line is cut off, so that the next one does not continue it.
      await this.#file.truncate(this.#size).catch(() => undefined);
      throw failure(`Cannot write to '${this.path}'`, cause);
    }
    this.#size += bytes.length;
  }

  async #replay(text: string, number: number): Promise<void> {
    let line: Line;
    try {
      line = JSON.parse(text) as Line;
      if ('put' in line) await this.#entries.putMany(line.put.map(fromLine));
      else await this.#entries.deleteMany(line.delete);
    } catch (cause) {
      throw new MemoryCorruptError(`Cannot open '${this.path}': line ${number} is damaged`, { cause });
    }
    this.#records += 'put' in line ? line.put.length : line.delete.length;
  }

  // Writes the entries to a new file, then swaps: a crash leaves the old one or the new one.
  // The change that led to it is on the disk already, so a failure only puts it off.
  async #compact(): Promise<void> {
    if (this.#records < this.#compactFrom || this.#records <= 2 * await this.#entries.count()) return;
    const entries = await this.#entries.list();
    const next = `${this.path}.new`;
    let file: FileHandle | null = null;
    let size = 0;
    try {
      file = await open(next, 'w+');
      for (const text of [`${HEADER}\n`, ...entries.map((entry) => lineOf({ put: [toLine(entry)] }))]) {
        const bytes = new TextEncoder().encode(text);
        await writeAll(file, bytes, size);
        size += bytes.length;
      }
      await file.sync();
      await rename(next, this.path);
    } catch {
      this.#compactFrom = 2 * this.#records;
      await file?.close().catch(() => undefined);
      await rm(next, { force: true }).catch(() => undefined);
      return;
    }
    await this.#file.close();
    this.#file = file;
    this.#size = size;
    this.#records = entries.length;
    this.#compactFrom = COMPACT_FROM;
  }
}

// A disk that is nearly full takes a part, and says so by the count alone.
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}

function failure(message: string, cause: unknown): MemoryError {
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((cause as { code?: string }).code ?? '');
  return full ? new MemoryQuotaError(`${message}: the disk is full`, { cause }) : new MemoryError(message, { cause });
}

function lineOf(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}

function toLine({ vector, ...entry }: StoredEntry): Omit<StoredEntry, 'vector'> & { vector?: string } {
  if (vector === undefined) return entry;
  return { ...entry, vector: bytesToBase64(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)) };
}

function fromLine({ vector, ...entry }: Omit<StoredEntry, 'vector'> & { readonly vector?: string }): StoredEntry {
  return vector === undefined ? entry : { ...entry, vector: new Float32Array(base64ToBytes(vector).buffer as ArrayBuffer) };
}
