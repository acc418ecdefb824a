/** Writes a file of the origin private file system: it has all of the bytes in the end, or what it had before. */
export async function replaceOpfsFile(directory: FileSystemDirectoryHandle, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const writer = await (await directory.getFileHandle(name, { create: true })).createWritable();
  try {
    // Takes the room first: of a write that finds none, Chromium may say no more than that its pipe to the file broke.
    await writer.truncate(bytes.length);
    await writer.write(bytes);
    // The file changes now, all at once.
    await writer.close();
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
}
