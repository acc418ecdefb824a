// Models that the workers of the tests serve: small, and made of the parts that real ones have.
import { LocalModelError } from '../../../src/base/error-classes.ts';
import type { LoadedModel, LocalBackend } from '../../../src/local/index.ts';
import type { ChatModelSpec, CompletionResult, StreamPart } from '../../../src/spec/completion.ts';
import type { EmbeddingSpec } from '../../../src/spec/embedding.ts';

/** A backend that can always load. */
function backend<Model>(name: string, load: LocalBackend<Model & LoadedModel>['load']): LocalBackend<Model & LoadedModel> {
  return { name, probe: () => Promise.resolve({ ok: true }), load };
}

/** A vector is the counts of letters, in the memory of a WebAssembly module, as runtimes give them. */
class Letters implements EmbeddingSpec, LoadedModel {
  readonly modelId = 'letters';
  dimensions = 0;
  readonly #memory = new WebAssembly.Memory({ initial: 1024 });

  doEmbed(texts: readonly string[]): Promise<Float32Array[]> {
    this.dimensions = 26;
    return Promise.resolve(texts.map((text, i) => {
      const vector = new Float32Array(this.#memory.buffer, i * 104, 26).fill(0);
      for (const letter of text.toLowerCase()) if (letter >= 'a' && letter <= 'z') vector[letter.charCodeAt(0) - 97]! += 1;
      return vector;
    }));
  }

  dispose(): Promise<void> { return Promise.resolve(); }
}

/** Says the last message back, word by word; endless for 'count'. */
class Parrot implements ChatModelSpec, LoadedModel {
  readonly provider = 'test';
  readonly modelId = 'parrot';

  async doComplete(request: Parameters<ChatModelSpec['doComplete']>[0]): Promise<CompletionResult> {
    let content = '';
    for await (const part of this.doStream(request)) content += part.delta ?? '';
    return { content, toolCalls: [], model: this.modelId, finishReason: 'stop', sources: [], images: [], audio: [], videos: [], metadata: {}, message: { role: 'assistant', content } };
  }

  async *doStream({ messages, signal }: Parameters<ChatModelSpec['doStream']>[0]): AsyncGenerator<StreamPart, void, undefined> {
    const last = messages.at(-1)?.content;
    const words = typeof last === 'string' ? last : '';
    try {
      for (let at = 0; words === 'count' || at < words.split(' ').length; at++) {
        // As a model between two tokens: the messages of the page get their turn.
        await new Promise((resolve) => { setTimeout(resolve, 0); });
        if (signal?.aborted) throw signal.reason as Error;
        yield { type: 'text', delta: words === 'count' ? `${at} ` : `${at === 0 ? '' : ' '}${words.split(' ')[at]}`, toolCalls: [] };
      }
      yield { type: 'finish', finishReason: 'stop', toolCalls: [] };
    } finally {
      if (words === 'count') ended.streams++;
    }
  }

  dispose(): Promise<void> { return Promise.resolve(); }
}

const ended = { streams: 0 };

/** What only this model can do. */
export interface Listener extends LoadedModel {
  readonly language: string;
  /** Numbers of the worker's own: loads so far, endless streams that were ended. */
  facts(): Promise<{ readonly loads: number; readonly ended: number }>;
  listen(audio: Float32Array, options?: { readonly onProgress?: (part: number) => void; readonly signal?: AbortSignal }): Promise<{ readonly text: string; readonly peaks: Float32Array }>;
  /** Ends when it is aborted. */
  wait(options: { readonly signal: AbortSignal; readonly onProgress: () => void }): Promise<never>;
  crash(): Promise<never>;
  loseDevice(): Promise<never>;
}

let loads = 0;

function listener(): Listener {
  loads++;
  return {
    language: 'en',
    facts: () => Promise.resolve({ loads, ended: ended.streams }),
    listen: (audio, { onProgress } = {}) => {
      for (const part of [25, 50, 100]) onProgress?.(part);
      return Promise.resolve({ text: `${audio.length} samples`, peaks: audio.subarray(0, 2) });
    },
    wait: ({ signal, onProgress }) => new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      onProgress();
    }),
    crash: () => {
      setTimeout(() => { throw new Error('out of luck'); }, 0);
      return new Promise(() => undefined);
    },
    loseDevice: () => Promise.reject(new LocalModelError('The GPU went away', { problem: 'device-lost', fix: 'Load it again' })),
    dispose: () => Promise.resolve(),
  };
}

export const workerModels = {
  letters: backend<EmbeddingSpec>('letters', () => Promise.resolve(new Letters())),
  parrot: backend<ChatModelSpec>('parrot', () => Promise.resolve(new Parrot())),
  listener: backend<Listener>('listener', ({ onProgress } = {}) => {
    onProgress?.({ file: 'weights', loaded: 1, total: 2 });
    onProgress?.({ file: 'weights', loaded: 2, total: 2 });
    return Promise.resolve(listener());
  }),
  tooLarge: {
    name: 'tooLarge',
    probe: () => Promise.resolve({ ok: false, problem: 'vram', reason: 'it is too large', fix: 'Choose a smaller one' }),
    load: () => Promise.reject(new LocalModelError('It is too large', { problem: 'vram', fix: 'Choose a smaller one' })),
  } satisfies LocalBackend,
  slow: backend<LoadedModel>('slow', ({ signal, onProgress } = {}) => new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
    onProgress?.({ file: 'weights', loaded: 0, total: null });
  })),
};
