import { LocalModelError } from '../base/error-classes.ts';
import type { ModelStore } from '../spec/model-store.ts';

/** What a browser offers to keep bytes under names; `put` replaces them all at once. */
export interface NamedBlobs {
  size(name: string): Promise<number | null>;
  read(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  put(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(name: string): Promise<void>;
  names(): Promise<readonly string[]>;
}

/** Files are kept in pieces of this size: a browser writes a blob as a whole or not at all. */
const PIECE = 4 * 2 ** 20;

/** A model store over named blobs; `prefix` makes its locks its own. */
export function blobModelStore(blobs: () => Promise<NamedBlobs>, prefix: string): ModelStore {
  const partName = (name: string, index: number): string => `${name}.${index}`;
  const fileName = (part: string): string => part.replace(/\.\d+$/, '');
  const run = async <T>(work: (at: NamedBlobs) => Promise<T>): Promise<T> => {
    try {
      return await work(await blobs());
    } catch (cause) {
      if (!(cause instanceof DOMException)) throw cause;
      if (cause.name === 'QuotaExceededError') {
        throw new LocalModelError("Cannot store the model: the browser's storage for this site is full", {
          problem: 'quota', fix: 'Delete models that are no longer needed, or choose a smaller one', cause,
        });
      }
      throw new LocalModelError(`Cannot use the browser's storage: ${cause.message}`, {
        problem: 'unavailable', fix: 'Serve the page over HTTPS, and not in a private window that keeps nothing', cause,
      });
    }
  };
  return {
    size: (name) => run(async (at) => {
      let size: number | null = null;
      for (let index = 0; ; index++) {
        const part = await at.size(partName(name, index));
        if (part !== null) size = (size ?? 0) + part;
        if (part === null || part < PIECE) return size;
      }
    }),
    write: (name, bytes, position) => run(async (at) => {
      for (let done = 0; done < bytes.length;) {
        const offset = (position + done) % PIECE;
        const part = partName(name, Math.floor((position + done) / PIECE));
        const fresh = bytes.subarray(done, done + PIECE - offset);
        const old = offset === 0 ? null : await at.read(part);
        // Bytes, not a blob of them: a browser that is short of room may fail to read that again.
        const whole = old === null ? fresh : new Uint8Array(offset + fresh.length);
        if (old !== null) {
          whole.set(old.subarray(0, offset));
          whole.set(fresh, offset);
        }
        await at.put(part, whole);
        done += fresh.length;
      }
    }),
    replace: (name, bytes) => run((at) => at.put(partName(name, 0), bytes)),
    async *read(name) {
      for (let index = 0; ; index++) {
        const part = await run((at) => at.read(partName(name, index)));
        if (part === null) return;
        yield part;
        if (part.length < PIECE) return;
      }
    },
    remove: (name) => run(async (at) => {
      const parts = (await at.names()).filter((part) => fileName(part) === name);
      // From the end: what is left of a removal that stopped has no hole.
      for (const part of parts.sort((a, b) => Number(b.split('.').at(-1)) - Number(a.split('.').at(-1)))) await at.remove(part);
    }),
    list: () => run(async (at) => [...new Set((await at.names()).map(fileName))]),
    exclusive: (name, work, signal) => run(async () => navigator.locks.request(`${prefix}:${name}`, signal ? { signal } : {}, work)),
    path: () => null,
  };
}
