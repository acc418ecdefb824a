import type { ChatCompletionChunk, ChatCompletionRequest, InitProgressCallback, MLCEngineConfig, MLCEngineInterface } from '@mlc-ai/web-llm';
import type { WebLlmLib, WebLlmRequest } from '../../src/local/chat/index.ts';

/** What the fake engine does and has seen. WebLLM's weights cannot be had in tests; its interface can. */
export interface FakeWebLlm {
  readonly lib: () => Promise<WebLlmLib>;
  /** Requests, as the engine got them. */
  readonly requests: WebLlmRequest[];
  /** Calls of the engine in order. */
  readonly log: string[];
  /** Text pieces of the next answers; the last one is repeated. */
  answers: (readonly string[])[];
  /** Thrown by the next reload, or by the next answer. */
  failReload: unknown;
  failAnswer: unknown;
  /** When set, a reload waits until it is called or unload is. */
  holdReload: boolean;
}

/** An engine that keeps to the package's own interface: one answer at a time, interrupted between two tokens. */
export function fakeWebLlm(): FakeWebLlm {
  // A function that returns an object can be called with `new`, too.
  const fake: FakeWebLlm = { lib: async () => ({ MLCEngine: function MLCEngine(config?: MLCEngineConfig) { return engine(config); } as unknown as WebLlmLib['MLCEngine'] }), requests: [], log: [], answers: [['Hello', ' there']], failReload: undefined, failAnswer: undefined, holdReload: false };

  function engine(config: MLCEngineConfig = {}): MLCEngineInterface {
    let loaded: string | undefined;
    let interrupted = false;
    let lock = Promise.resolve();
    let progress: InitProgressCallback | undefined = config.initProgressCallback;
    let endReload: () => void = () => undefined;

    async function* answer(request: ChatCompletionRequest): AsyncGenerator<ChatCompletionChunk, void, void> {
      let release: () => void = () => undefined;
      const before = lock;
      lock = new Promise((resolve) => { release = resolve; });
      await before;
      const chunk = (fields: Partial<ChatCompletionChunk>): ChatCompletionChunk => ({ id: 'x', object: 'chat.completion.chunk', created: 0, model: loaded ?? '', choices: [], ...fields });
      try {
        interrupted = false;
        const pieces = (fake.answers.length > 1 ? fake.answers.shift() : fake.answers[0]) as readonly string[];
        let made = 0;
        for (const content of pieces) {
          await new Promise((resolve) => { setTimeout(resolve, 0); });
          if (interrupted) break;
          if (fake.failAnswer !== undefined) throw fake.failAnswer;
          if (made >= (request.max_tokens ?? Infinity)) break;
          made++;
          yield chunk({ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] });
        }
        fake.log.push(interrupted ? 'ended early' : 'ended');
        yield chunk({ choices: [{ index: 0, delta: {}, finish_reason: interrupted ? 'abort' : made < pieces.length ? 'length' : 'stop' }] });
        yield chunk({ usage: { prompt_tokens: 5, completion_tokens: made, total_tokens: 5 + made, extra: { e2e_latency_s: 0, prefill_tokens_per_s: 0, decode_tokens_per_s: 0, time_to_first_token_s: 0, time_per_output_token_s: 0 } } });
      } finally {
        release();
      }
    }

    const chatCompletion = (async (request: ChatCompletionRequest) => {
      fake.requests.push(request as unknown as WebLlmRequest);
      if (loaded === undefined) throw Object.assign(new Error('Model not loaded before trying to complete ChatCompletionRequest.'), { name: 'ModelNotLoadedError' });
      return answer(request);
    }) as unknown as MLCEngineInterface['chatCompletion'];
    const unused = (): never => { throw new Error('not used here'); };

    return {
      // The classes behind these have private fields, which no object but theirs has.
      chat: { completions: { create: chatCompletion } } as unknown as MLCEngineInterface['chat'],
      completions: {} as unknown as MLCEngineInterface['completions'], embeddings: {} as unknown as MLCEngineInterface['embeddings'],
      setInitProgressCallback: (callback) => { progress = callback; },
      getInitProgressCallback: () => progress,
      setAppConfig: unused, setLogLevel: unused,
      async reload(model) {
        fake.log.push(`reload ${String(model)}`);
        progress?.({ progress: 0.25, timeElapsed: 1, text: 'Fetching param cache[1/4]: 10MB fetched. 25% completed, 1 secs elapsed.' });
        if (fake.holdReload) await new Promise<void>((resolve) => { endReload = resolve; });
        if (fake.failReload !== undefined) throw fake.failReload;
        loaded = String(model);
        progress?.({ progress: 1, timeElapsed: 2, text: 'Finish loading on WebGPU - fake' });
      },
      chatCompletion,
      completion: unused as unknown as MLCEngineInterface['completion'], embedding: unused,
      listResumableSessions: unused, resumeChatCompletion: unused, deleteResumableSession: unused,
      runtimeStatsText: unused,
      interruptGenerate: () => {
        interrupted = true;
        fake.log.push('interrupt');
      },
      async unload() {
        loaded = undefined;
        fake.log.push('unload');
        endReload();
      },
      resetChat: unused, getMessage: unused, getMaxStorageBufferBindingSize: unused, getGPUVendor: unused, forwardTokensAndSample: unused,
    } satisfies MLCEngineInterface;
  }
  return fake;
}

/** A WebGPU adapter with everything but 16-bit floats, for hosts that have none. */
export const fakeGpu = (adapter: object | null = { features: new Set(['subgroups']), limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30, maxComputeWorkgroupStorageSize: 2 ** 15, maxStorageBuffersPerShaderStage: 10 } }): object => ({
  gpu: { requestAdapter: async () => adapter },
});
