import { throwIfAborted } from '../../base/abort.ts';
import { sameBytes } from '../../base/bytes.ts';
import { MemoryError, MemoryQuotaError } from '../../base/error-classes.ts';
import { SegmentBackend } from '../../memory/segments/index.ts';
import type { MemoryBackendSpec, SegmentStoreSpec } from '../../spec/memory.ts';
import { readOpfsFile, removeOpfsFile, replaceOpfsFile } from '../opfs-file.ts';
import { oneAtATime } from './one-at-a-time.ts';

// Written before a file is replaced: a Chromium that is killed in the middle of that may have neither the old file nor the new.
const COPY = '.copy';

/** Where in the origin private file system the memory lies. */
export interface OpfsMemoryOptions {
  /** Name of the directory, one per memory. Default 'blazen-memory'. */
  readonly directory?: string;
}

/**
 * Keeps a memory in the browser's origin private file system, one file per 1,024 entries; faster than IndexedDB for
 * large memories. Survives reloads; tabs of the same origin may share it (a Web Lock orders their writes).
 */
export function createOpfsMemory(options: OpfsMemoryOptions = {}): MemoryBackendSpec {
  return new SegmentBackend(createOpfsSegments(options));
}

/** The named blobs under it. */
export function createOpfsSegments(options: OpfsMemoryOptions = {}): SegmentStoreSpec {
  const name = options.directory ?? 'blazen-memory';
  const open = async (): Promise<FileSystemDirectoryHandle> => (
    (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true }));
  // A file that was made, and whose first writer never came to its end, is none.
  const readOne = async (directory: FileSystemDirectoryHandle, key: string): Promise<Uint8Array<ArrayBuffer> | null> => {
    const bytes = await readOpfsFile(directory, key, async (file) => new Uint8Array(await file.arrayBuffer()));
    return bytes?.length === 0 ? null : bytes;
  };
  const read = async (directory: FileSystemDirectoryHandle, key: string): Promise<Uint8Array<ArrayBuffer> | null> => (
    await readOne(directory, key) ?? readOne(directory, key + COPY));
  return {
    kind: 'segments',
    persistent: true,
    shared: true,
    readSegments: (keys, { signal } = {}) => guard('read', async () => {
      throwIfAborted(signal, 'Reading the memory');
      const directory = await open();
      return Promise.all(keys.map((key) => read(directory, key)));
    }),
    writeSegments: (changes, expected, { signal } = {}) => guard('write', () => (
      navigator.locks.request(`blazen-memory:${name}`, async () => {
        throwIfAborted(signal, 'Writing to the memory');
        const directory = await open();
        const current = expected === undefined ? null : await read(directory, expected.key);
        if (expected !== undefined && !sameBytes(current, expected.bytes)) return false;
        const written: string[] = [];
        try {
          for (const { key, bytes } of changes) {
            if (bytes === null) {
              await removeOpfsFile(directory, key);
              continue;
            }
            if (key !== expected?.key) written.push(key);
            else {
              // The copy is all there is after a crash: it must not be replaced before there is another.
              if (current !== null && await readOne(directory, key) === null) await replaceOpfsFile(directory, key, current);
              await replaceOpfsFile(directory, key + COPY, bytes as Uint8Array<ArrayBuffer>);
            }
            await replaceOpfsFile(directory, key, bytes as Uint8Array<ArrayBuffer>);
          }
        } catch (error) {
          // They count for nothing without the last file, and take room.
          await Promise.allSettled(written.map((key) => removeOpfsFile(directory, key)));
          throw error;
        }
        return true;
      }))),
    exclusive: (work) => oneAtATime(`opfs:${name}`, work),
    listSegments: () => guard('read', async () => {
      const names: string[] = [];
      for await (const key of (await open()).keys()) names.push(key);
      return names.filter((key) => !key.endsWith(COPY));
    }),
  };
}

async function guard<T>(action: 'read' | 'write', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof DOMException)) throw cause;
    if (cause.name === 'QuotaExceededError') {
      throw new MemoryQuotaError('Cannot write to the memory: the browser\'s storage for this site is full', { cause });
    }
    throw new MemoryError(`Cannot ${action} the memory: the private file system failed`, { cause });
  }
}
