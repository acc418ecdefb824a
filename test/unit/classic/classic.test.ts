import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ChatMessage, CompletionModel, CustomProvider, EmbeddingModel, ProviderError, UnsupportedError, runAgent, type CompletionResponse } from '../../../src/index.ts';
import { groq } from '../../../src/providers/groq.ts';

const ask = [ChatMessage.user('Hi')];
const key = { apiKey: 'k' };

/** A model of one's own, as the documents write it. */
class MyLLM extends CompletionModel {
  calls = 0;
  constructor() { super({ modelId: 'my-llm' }); }
  override async complete(messages: ChatMessage[]): Promise<CompletionResponse> {
    this.calls++;
    if (this.calls === 1) throw new ProviderError('down', { retryable: true });
    return { content: `You said ${messages[0]?.content}` } as CompletionResponse;
  }
  // @ts-expect-error -- the documents' signature: the promise ends the stream
  override async stream(_messages: ChatMessage[], onChunk: (chunk: object) => void): Promise<void> {
    onChunk({ delta: 'Hello', finishReason: null, toolCalls: [] });
    onChunk({ delta: null, finishReason: 'stop', toolCalls: [] });
  }
}

describe('CompletionModel', () => {
  it.each([
    [CompletionModel.openai(key), 'gpt-4.1'], [CompletionModel.anthropic(key), 'claude-sonnet-4-5-20250929'], [CompletionModel.gemini(key), 'gemini-2.5-flash'],
    [CompletionModel.azure('res', 'dep'), 'dep'], [CompletionModel.fal(key), 'openai/gpt-4.1'], [CompletionModel.openrouter(key), 'openai/gpt-4.1'],
    [CompletionModel.groq(key), 'llama-3.3-70b-versatile'], [CompletionModel.together(key), 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
    [CompletionModel.mistral(key), 'mistral-large-latest'], [CompletionModel.deepseek(key), 'deepseek-chat'],
    [CompletionModel.fireworks(key), 'accounts/fireworks/models/llama-v3p3-70b-instruct'], [CompletionModel.perplexity(key), 'sonar-pro'],
    [CompletionModel.xai(key), 'grok-3'], [CompletionModel.cohere(key), 'command-a-08-2025'], [CompletionModel.bedrock('us-east-1'), 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
  ])('factory %#: the default model', (model, id) => {
    expect(model.modelId).toBe(id);
    expect(model.withModel('other').withRetry(5).withCache(600, 500)).toMatchObject({ modelId: 'other' });
  });

  it('provider functions give completion models; a subclass means itself', () => {
    expect(groq(key)).toBeInstanceOf(CompletionModel);
    expect(groq(key) instanceof MyLLM).toBe(false);
    expect(new MyLLM()).toBeInstanceOf(CompletionModel);
    expect({} instanceof CompletionModel).toBe(false);
  });

  it('a subclass works under every middleware, in a fallback, in an agent and streamed', async () => {
    const retried = await new MyLLM().withRetry({ initialDelayMs: 1 }).complete(ask);
    expect(retried.content).toBe('You said Hi');
    const fallback = CompletionModel.withFallback([new MyLLM(), CompletionModel.fromJsHandler('b', async () => ({ content: 'second' }))]);
    expect((await fallback.complete(ask)).content).toBe('second');
    expect((await runAgent(new MyLLM().withRetry({ initialDelayMs: 1 }), ask, [])).content).toBe('You said Hi');
    const deltas: (string | undefined)[] = [];
    const streamed = await new MyLLM().withCache().withLimits({ concurrency: 1 }).stream(ask, ({ delta }) => { if (delta) deltas.push(delta); });
    expect([deltas, streamed.content, streamed.finishReason]).toEqual([['Hello'], 'Hello', 'stop']);
  });

  it('extracts a value', async () => {
    const model = CompletionModel.fromJsHandler('m', async () => ({ content: '{"n":1}' }));
    expect((await model.extract(z.object({ n: z.number() }), ask)).data.n).toBe(1);
  });
});

describe('EmbeddingModel', () => {
  it('the factories know their models and dimensions', () => {
    expect([EmbeddingModel.openai(key), EmbeddingModel.together(key), EmbeddingModel.cohere(key), EmbeddingModel.fireworks(key)].map(({ modelId, dimensions }) => [modelId, dimensions])).toEqual([
      ['text-embedding-3-small', 1536], ['togethercomputer/m2-bert-80M-8k-retrieval', 768], ['embed-v4.0', 1024], ['nomic-ai/nomic-embed-text-v1.5', 768],
    ]);
    expect(EmbeddingModel.openai(key)).toBeInstanceOf(EmbeddingModel);
  });

  it('the handler form of the documents', async () => {
    const embedder = EmbeddingModel.fromJsHandler('my-embedder', 128, async (texts) => texts.map(() => Array.from({ length: 128 }, () => 0.1)));
    const result = await embedder.embed(['Hello', 'World']);
    expect([result.length, result[0]?.length, result.embeddings.length]).toEqual([2, 128, 2]);
  });
});

describe('CustomProvider', () => {
  class ElevenLabsTTS {
    readonly #voices: string[] = [];
    async textToSpeech(request: { text: string; voice?: string }) {
      return { audio: [{ media: { base64: btoa(request.text), mediaType: 'mpeg' } }], timing: { totalMs: 0 }, metadata: {} };
    }
    async cloneVoice({ name }: { name: string }) { this.#voices.push(name); return { id: name }; }
    async listVoices() { return this.#voices; }
  }

  it('offers what the object has, with its types, and refuses the rest', async () => {
    const provider = new CustomProvider(new ElevenLabsTTS(), { providerId: 'elevenlabs' });
    const { audio: [first] } = await provider.textToSpeech({ text: 'hi', voice: 'rachel' });
    expect(first?.media.base64).toBe('aGk=');
    await provider.cloneVoice({ name: 'ada' });
    expect(await provider.listVoices()).toEqual(['ada']);
    const refusal = provider.generateImage({ prompt: 'x' });
    await expect(refusal).rejects.toBeInstanceOf(UnsupportedError);
    await expect(refusal).rejects.toThrow('elevenlabs does not offer generateImage');
    await expect(provider.complete(ask)).rejects.toBeInstanceOf(UnsupportedError);
    // @ts-expect-error the request is the object's own
    void provider.textToSpeech({ words: 'hi' }).catch(() => undefined);
  });

  it('is a chat model under every wrapper when the object answers', async () => {
    const host = {
      tries: 0,
      async complete(messages: ChatMessage[]) {
        if (this.tries++ === 0) throw new ProviderError('down', { retryable: true });
        return { content: `You said ${messages[0]?.content}` };
      },
      async stream(_messages: ChatMessage[], onChunk: (chunk: object) => void) { onChunk({ delta: 'Hello' }); },
    };
    const provider = new CustomProvider(host);
    expect((await provider.withRetry({ initialDelayMs: 1 }).complete(ask)).content).toBe('You said Hi');
    expect((await provider.withCache().withLimits({ concurrency: 1 }).stream(ask)).content).toBe('Hello');
    expect((await CompletionModel.withFallback([provider]).complete(ask)).content).toBe('You said Hi');
    expect((await runAgent(provider, ask, [])).content).toBe('You said Hi');
  });
});
