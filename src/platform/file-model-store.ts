import { constants, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { throwIfAborted } from '../base/abort.ts';
import { LocalModelError } from '../base/error-classes.ts';
import { uuid } from '../base/id.ts';
import type { ModelStore } from '../spec/model-store.ts';

const PIECE = 4 * 2 ** 20;

/**
 * Models in a folder of this machine, one file each, written in place and synced. Several processes may use the folder.
 *
 * @param folder default `blazen-models` in the user's cache folder ($XDG_CACHE_HOME, else ~/.cache).
 */
export function createFileModelStore(folder: string = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'blazen-models')): ModelStore {
  const locks = new Map<string, Promise<unknown>>();
  const path = (name: string): string => join(folder, name);
  const write = async (target: string, flags: string | number, bytes: Uint8Array, position: number): Promise<void> => {
    await mkdir(folder, { recursive: true });
    const file = await open(target, flags);
    try {
      for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      await file.datasync();
    } finally {
      await file.close();
    }
  };
  return {
    size: (name) => guard(async () => (await stat(path(name)).catch(missing))?.size ?? null),
    write: (name, bytes, position) => guard(() => write(path(name), position === 0 ? constants.O_RDWR | constants.O_CREAT : 'r+', bytes, position)),
    replace: (name, bytes) => guard(async () => {
      const fresh = path(`${name}.${uuid()}`);
      try {
        await write(fresh, 'wx', bytes, 0);
        await rename(fresh, path(name));
      } catch (error) {
        await rm(fresh, { force: true });
        throw error;
      }
    }),
    async *read(name) {
      const file = await guard(() => open(path(name), 'r').catch(missing));
      if (file !== null) yield* pieces(file);
    },
    remove: (name) => guard(() => rm(path(name), { force: true })),
    list: () => guard(async () => await readdir(folder).catch(missing) ?? []),
    // Other processes need no lock: they write the same bytes, or to another file.
    exclusive: async (name, work, signal) => {
      const turn = (locks.get(name) ?? Promise.resolve()).then(() => {
        throwIfAborted(signal, 'Waiting for a model');
        return work();
      });
      const settled = turn.catch(() => undefined);
      locks.set(name, settled);
      try {
        return await turn;
      } finally {
        if (locks.get(name) === settled) locks.delete(name);
      }
    },
    path,
  };
}

/** What `#model-store` is in Node and Deno. */
export const openModelStore: (where?: string) => ModelStore = createFileModelStore;

async function* pieces(file: FileHandle): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  try {
    for (;;) {
      const { bytesRead, buffer } = await guard(() => file.read(new Uint8Array(PIECE), 0, PIECE));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function missing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
      throw new LocalModelError('Cannot store the model: the disk is full', { problem: 'quota', fix: 'Delete models that are no longer needed, or choose a smaller one', cause });
    }
    throw new LocalModelError(`Cannot use the folder of the models (${code ?? String(cause)})`, { problem: 'unavailable', fix: 'Check that the folder may be read and written', cause });
  }
}
