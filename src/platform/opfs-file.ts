/**
 * What `use` makes of a file of the origin private file system, null when there is none. A file that is being replaced is
 * waited for: Chromium has none for a moment then, and refuses to read the one that was there.
 */
export async function readOpfsFile<T>(directory: FileSystemDirectoryHandle, name: string, use: (file: File) => T | Promise<T>): Promise<T | null> {
  return navigator.locks.request(lockOf(directory, name), { mode: 'shared' }, async () => {
    const handle = await directory.getFileHandle(name).catch(ifMissing);
    return handle === null ? null : use(await handle.getFile());
  });
}

/** Writes a file of the origin private file system: it has all of the bytes in the end, or what it had before. */
export async function replaceOpfsFile(directory: FileSystemDirectoryHandle, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const writer = await (await directory.getFileHandle(name, { create: true })).createWritable();
  try {
    // Takes the room first: of a write that finds none, Chromium may say no more than that its pipe to the file broke.
    await writer.truncate(bytes.length);
    await writer.write(bytes);
    // The file changes now, all at once.
    await navigator.locks.request(lockOf(directory, name), () => writer.close());
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
}

/** Removes a file, if there is one; who is reading it comes to its end first. */
export async function removeOpfsFile(directory: FileSystemDirectoryHandle, name: string): Promise<void> {
  await navigator.locks.request(lockOf(directory, name), () => directory.removeEntry(name).catch(ifMissing));
}

function ifMissing(error: unknown): null {
  if (error instanceof DOMException && error.name === 'NotFoundError') return null;
  throw error;
}

function lockOf(directory: FileSystemDirectoryHandle, name: string): string {
  return `blazen-file:${directory.name}/${name}`;
}
