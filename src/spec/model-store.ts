/**
 * Where a model cache keeps its files: named, written from front to back, readable while they grow.
 *
 * Names are letters, digits, dots and hyphens, at most 100 characters, chosen by the cache. Methods throw LocalModelError
 * 'quota' when there is no room.
 */
export interface ModelStore {
  /** Bytes of the file; null when there is none. */
  size(name: string): Promise<number | null>;
  /** Writes at a position no farther than the end. What was written stays, whatever happens to the program, when this resolves. */
  write(name: string, bytes: Uint8Array<ArrayBuffer>, position: number): Promise<void>;
  /** Replaces a small file as a whole, all at once. */
  replace(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The bytes in order, in pieces; none when there is no such file. */
  read(name: string): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Removing what is not there is fine. */
  remove(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
  /** Runs the work while no other tab does with the same name, where the host can tell. */
  exclusive<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Where other programs find the file; null where they cannot. */
  path(name: string): string | null;
}
