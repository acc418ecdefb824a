import type { LoadedModel } from '../../../src/local/index.ts';
import { workerBackend } from '../../../src/local/index.ts';
import type { EmbeddingModel } from '../../../src/model/index.ts';
import type { Transcription } from '../../../src/local/transcription/index.ts';
import { tone } from '../make-wav.ts';

export type HeavyModel = 'encoder' | 'speech';

export interface MemoryPage {
  /** Loads, uses and disposes of a model so many times; what it gave each time. */
  cycle(name: HeavyModel, times: number): Promise<unknown[]>;
  /** Loads one more, to be kept. */
  keep(name: HeavyModel): Promise<void>;
  release(): Promise<void>;
}

const spawn = (): Worker => new Worker('/memory-worker.js', { type: 'module' });

/** A loaded model, and what it says to the same question. */
const open: Readonly<Record<HeavyModel, () => Promise<{ readonly model: LoadedModel; readonly answer: unknown }>>> = {
  async encoder() {
    const model = await workerBackend<EmbeddingModel & LoadedModel>({ name: 'encoder', spawn }).load();
    const [vector = []] = await model.embed(['hello world']);
    return { model, answer: [...vector] };
  },
  async speech() {
    const model = await workerBackend<Transcription & LoadedModel>({ name: 'speech', spawn }).load();
    return { model, answer: (await model.transcribe({ audio: tone(1), language: 'en' })).text };
  },
};
let kept: LoadedModel | undefined;

const page: MemoryPage = {
  async cycle(name, times) {
    const answers: unknown[] = [];
    for (let i = 0; i < times; i++) {
      const { model, answer } = await open[name]();
      answers.push(answer);
      await model.dispose();
    }
    return answers;
  },
  keep: async (name) => { kept = (await open[name]()).model; },
  release: async () => { await kept?.dispose(); },
};
Object.assign(globalThis, { page });
