import type { ModelStore } from '../spec/model-store.ts';
import { blobModelStore, type NamedBlobs } from './blob-model-store.ts';
import { readOpfsFile, removeOpfsFile, replaceOpfsFile } from './opfs-file.ts';

/**
 * Models in the browser's origin private file system, in pieces of 4 MiB, so that a download that was interrupted goes on.
 * The tabs and workers of an origin share them.
 *
 * @param directory name of the folder. Default 'blazen-models'.
 */
export function createOpfsModelStore(directory: string = 'blazen-models'): ModelStore {
  return blobModelStore(() => open(directory), `blazen-models:opfs:${directory}`);
}

/** What `#model-store` is in a browser. */
export const openModelStore: (where?: string) => ModelStore = createOpfsModelStore;

async function open(name: string): Promise<NamedBlobs> {
  const directory = await (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
  return {
    size: (file) => readOpfsFile(directory, file, ({ size }) => size),
    read: (file) => readOpfsFile(directory, file, async (part) => new Uint8Array(await part.arrayBuffer())),
    put: (file, bytes) => replaceOpfsFile(directory, file, bytes),
    remove: (file) => removeOpfsFile(directory, file),
    names: async () => {
      const names: string[] = [];
      for await (const file of directory.keys()) names.push(file);
      return names;
    },
  };
}
