import { MemoryEmbedderChangedError } from '../../src/base/error-classes.ts';
import { withTransfer, type WorkerCall } from '../../src/local/index.ts';

/** Cancelled calls, with the name of the reason each one saw. */
const seen: string[] = [];

/** What the workers of the tests serve, in Node and in a browser. */
export const methods = {
  add: ({ a, b }: { a: number; b: number }) => a + b,

  async count(to: number, { progress }: WorkerCall<number>): Promise<string> {
    for (let at = 1; at <= to; at++) {
      progress(at);
      await Promise.resolve();
    }
    return 'counted';
  },

  /** Ends only when it is cancelled. */
  wait: (_args: null, { signal, progress }: WorkerCall<string>): Promise<never> => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      const reason = signal.reason as Error;
      seen.push(`${reason.name}: ${(reason.cause as Error | undefined)?.message ?? ''}`);
      reject(reason);
    });
    progress('waiting');
  }),

  cancelled: (_args: null) => [...seen],

  /** Moves the buffer back, doubled byte by byte. */
  double(bytes: Uint8Array<ArrayBuffer>) {
    bytes.forEach((byte, at) => { bytes[at] = byte * 2; });
    return withTransfer(bytes, [bytes.buffer]);
  },

  fail(kind: 'tree' | 'native' | 'other') {
    if (kind === 'tree') {
      throw new MemoryEmbedderChangedError('Cannot open the store', {
        stored: 'a@1/8', current: 'b@1/8', cause: new RangeError('inner'),
      });
    }
    if (kind === 'native') throw new TypeError('not a list');
    throw 'just text';
  },

  unclonable: (_args: null): unknown => ({ run: () => 1 }),

  /** Takes the whole worker down, outside of the call. */
  crash: (_args: null): Promise<never> => {
    setTimeout(() => { throw new Error('out of luck'); }, 0);
    return new Promise(() => undefined);
  },
};
