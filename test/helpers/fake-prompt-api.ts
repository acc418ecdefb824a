import type { PromptApiCreate, PromptApiFactory, PromptApiMessage, PromptApiPrompt, PromptApiSession } from '../../src/local/chat/index.ts';

/** What the fake model of a browser does and has seen. A loaded one cannot be had in tests; its interface is documented. */
export interface FakePromptApi extends PromptApiFactory {
  availableNow: string;
  readonly created: PromptApiCreate[];
  readonly prompts: { readonly history: readonly PromptApiMessage[]; readonly input: string; readonly options: PromptApiPrompt }[];
  /** Sessions that were not destroyed. */
  open: number;
  /** Text pieces of the next answers; the last one is repeated. */
  answers: (readonly string[])[];
  failCreate: unknown;
  failPrompt: unknown;
  /** Tokens a session takes; one word is one token. */
  context: number;
  holdCreate: boolean;
}

const words = (text: string): number => text.split(' ').length;

/** `LanguageModel` as its specification documents it. */
export function fakePromptApi(): FakePromptApi {
  const api: FakePromptApi = {
    availableNow: 'available', created: [], prompts: [], open: 0, answers: [['Hello', ' there']], failCreate: undefined, failPrompt: undefined, context: 100, holdCreate: false,
    availability: async () => api.availableNow,
    params: async () => ({ defaultTopK: 3, defaultTemperature: 1 }),
    async create(options = {}) {
      api.created.push(options);
      options.signal?.throwIfAborted();
      const listeners: ((event: { loaded: number; total: number }) => void)[] = [];
      options.monitor?.({ addEventListener: (_type, listener) => void listeners.push(listener) });
      for (const loaded of [0, 0.5, 1]) listeners.forEach((listener) => listener({ loaded, total: 1 }));
      if (api.holdCreate) await new Promise((_resolve, reject) => { options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error)); });
      if (api.failCreate !== undefined) throw api.failCreate;
      return session(options.initialPrompts ?? []);
    },
  };

  function session(history: readonly PromptApiMessage[]): PromptApiSession {
    api.open++;
    let usage = history.reduce((sum, { content }) => sum + words(content), 0);
    let destroyed = false;
    const listeners = new Map<string, () => void>();
    const stream = (input: string, options: PromptApiPrompt = {}): ReadableStream<string> => {
      api.prompts.push({ history, input, options });
      const pieces = [...(api.answers.length > 1 ? api.answers.shift() : api.answers[0]) as readonly string[]];
      return new ReadableStream<string>({
        start(controller) {
          if (words(input) > api.context) controller.error(Object.assign(new DOMException('too large', 'QuotaExceededError'), { requested: words(input), quota: api.context }));
          else if (usage + words(input) > api.context) listeners.get('contextoverflow')?.();
          usage += words(input);
          options.signal?.addEventListener('abort', () => controller.error(options.signal?.reason));
        },
        async pull(controller) {
          await new Promise((resolve) => { setTimeout(resolve, 0); });
          if (options.signal?.aborted) return;
          if (api.failPrompt !== undefined) return controller.error(api.failPrompt);
          const piece = pieces.shift();
          if (piece === undefined) return controller.close();
          usage += 1;
          controller.enqueue(piece);
        },
      });
    };
    return {
      get contextUsage() { return usage; },
      async prompt(input, options) {
        let text = '';
        for await (const piece of stream(input, options) as unknown as AsyncIterable<string>) text += piece;
        return text;
      },
      promptStreaming: stream,
      measureContextUsage: async (input) => words(input),
      clone: async () => {
        if (destroyed) throw new DOMException('destroyed', 'InvalidStateError');
        return session(history);
      },
      destroy: () => {
        if (!destroyed) api.open--;
        destroyed = true;
      },
      addEventListener: (type, listener) => void listeners.set(type, listener),
    };
  }
  return api;
}
