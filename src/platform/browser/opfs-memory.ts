import { throwIfAborted } from '../../base/abort.ts';
import { sameBytes } from '../../base/bytes.ts';
import { MemoryError, MemoryQuotaError } from '../../base/error-classes.ts';
import { SegmentBackend } from '../../memory/segments/index.ts';
import type { MemoryBackendSpec, SegmentStoreSpec } from '../../spec/memory.ts';
import { readOpfsFile, removeOpfsFile, replaceOpfsFile } from '../opfs-file.ts';
import { oneAtATime } from './one-at-a-time.ts';

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
  const read = async (directory: FileSystemDirectoryHandle, key: string): Promise<Uint8Array | null> => {
    const bytes = await readOpfsFile(directory, key, async (file) => new Uint8Array(await file.arrayBuffer()));
    // A file that was made, and whose first writer never came to its end.
    return bytes?.length === 0 ? null : bytes;
  };
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
        if (expected !== undefined && !sameBytes(await read(directory, expected.key), expected.bytes)) return false;
        const written: string[] = [];
        try {
          for (const { key, bytes } of changes) {
            if (bytes === null) {
              await removeOpfsFile(directory, key);
              continue;
            }
            if (key !== expected?.key) written.push(key);
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
      return names;
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
