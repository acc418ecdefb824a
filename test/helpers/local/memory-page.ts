import { workerBackend } from '../../../src/local/index.ts';
import type { Heavy } from './worker-models.ts';

export interface MemoryPage {
  /** Loads and disposes of the model so many times; the bytes it had in memory, added up. */
  cycle(times: number): Promise<number>;
  /** Loads one more, to be kept. */
  keep(): Promise<void>;
  release(): Promise<void>;
}

const backend = workerBackend<Heavy>({ name: 'heavy', spawn: () => new Worker('/worker.js', { type: 'module' }) });
let kept: Heavy | undefined;

const page: MemoryPage = {
  cycle: async (times) => {
    let bytes = 0;
    for (let i = 0; i < times; i++) {
      const model = await backend.load();
      bytes += await model.bytes();
      await model.dispose();
    }
    return bytes;
  },
  keep: async () => {
    kept = await backend.load();
    await kept.bytes();
  },
  release: async () => { await kept?.dispose(); },
};
Object.assign(globalThis, { page });
