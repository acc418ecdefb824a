import type { CompletionResponse } from '../../src/model/index.ts';
import type { TranscriptionResult } from '../../src/local/transcription/index.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

// Programs of the reference with local models, after changing their imports. The one with two WebLLM models runs to its end,
// because its own lifecycles load nothing. Answers need the second argument, as a test says.
const suite: Suite<Lib> = (t, { root: { ChatMessage, CompletionModel, LocalModelError, Transcription }, local: { ModelManager }, chat: { ChatMessageInput, ChatRole } }) => {
  /** A local model of one's own, as the Rust guide writes it. */
  class LocalLlm extends CompletionModel {
    #here = false;
    constructor(modelId: string) { super({ modelId }); }
    override complete(): Promise<CompletionResponse> {
      return Promise.resolve({ content: this.#here ? 'from memory' : 'not loaded', model: this.modelId, toolCalls: [] } as unknown as CompletionResponse);
    }
    override load(): Promise<this> { this.#here = true; return Promise.resolve(this); }
    override unload(): Promise<void> { this.#here = false; return Promise.resolve(); }
    override isLoaded(): Promise<boolean> { return Promise.resolve(this.#here); }
    override vramBytes(): Promise<number | null> { return Promise.resolve(4_000_000_000); }
  }

  t.test('reference: three local models in a budget of 24 GB, of which two fit', async () => {
    const manager = new ModelManager({ budgetGb: 24 });
    const llama8b = new LocalLlm('meta-llama/Llama-3.1-8B-Instruct');
    const qwen14b = new LocalLlm('Qwen/Qwen2.5-14B-Instruct');
    const mistral24b = new LocalLlm('mistralai/Mistral-Small-24B');
    manager.register('llama-8b', llama8b, 8n * 1024n ** 3n);
    manager.register('qwen-14b', qwen14b, 14n * 1024n ** 3n);
    manager.register('mistral-24b', mistral24b, 20n * 1024n ** 3n);
    await manager.load('llama-8b');
    await manager.load('qwen-14b');
    t.deepEqual([await llama8b.isLoaded(), await qwen14b.isLoaded(), (await llama8b.complete()).content], [true, true, 'from memory']);
    await manager.load('mistral-24b');
    const lines = manager.status().map((s) => `${s.id}: loaded=${s.loaded}, vram=${s.vramEstimate / 1024n ** 3n} GB`);
    t.deepEqual(lines, ['llama-8b: loaded=false, vram=8 GB', 'qwen-14b: loaded=false, vram=14 GB', 'mistral-24b: loaded=true, vram=20 GB']);
    const used = manager.usedBytes();
    const available = manager.availableBytes();
    t.deepEqual([`used=${used / (1024n ** 3n)} GB, available=${available / (1024n ** 3n)} GB`, manager.budgetBytes() === 24n * 1_073_741_824n], ['used=20 GB, available=4 GB', true]);
    t.deepEqual([manager.isLoaded('mistral-24b'), await llama8b.isLoaded(), (await llama8b.complete()).content], [true, false, 'not loaded']);
    await manager.ensureLoaded('llama-8b');
    await manager.unload('llama-8b');
    t.equal(manager.usedBytes(), 0n);
  });

  t.test('reference: the lifecycle methods of a local model', async () => {
    const model = new LocalLlm('mine');
    await model.load();
    t.deepEqual([await model.isLoaded(), await model.vramBytes()], [true, 4_000_000_000]);
    await model.unload();
    t.equal(await model.isLoaded(), false);
    t.equal((await t.rejects(CompletionModel.openai({ apiKey: 'none' }).load()) as Error).name, 'UnsupportedError');
  });

  t.test('reference: a transcription of one\'s own', async () => {
    class MyTranscriber extends Transcription {
      constructor() { super({ providerId: 'my-stt' }); }
      override transcribe(_request: unknown): Promise<TranscriptionResult> { return Promise.resolve({ text: 'transcribed text', segments: [], metadata: {} }); }
    }
    const transcriber = new MyTranscriber();
    t.deepEqual([transcriber.providerId, (await transcriber.transcribe({ audioUrl: 'https://example.com/a.mp3' })).text], ['my-stt', 'transcribed text']);
    t.deepEqual([transcriber instanceof Transcription, Transcription.whispercpp({ model: '/ggml-base.bin' }) instanceof MyTranscriber], [true, false]);
  });

  t.test('reference: messages for a local model are messages', () => {
    const message = ChatMessageInput.fromText(ChatRole.System, 'You are helpful.');
    t.deepEqual([message.role, message.text, message instanceof ChatMessage], ['system', 'You are helpful.', true]);
    t.deepEqual(new ChatMessageInput(ChatRole.User, 'Hello').toMessage(), ChatMessage.user('Hello').toMessage());
    t.throws(() => new ChatMessageInput(ChatRole.User, 'Look', ['cat.png']), /no images/);
  });

  t.test('reference: two WebLLM models in a manager, of which one fits', async () => {
    const lines: string[] = [];
    const manager = new ModelManager(8);
    const llama = CompletionModel.webLlm('Llama-3.1-8B-Instruct-q4f32_1-MLC');
    const qwen = CompletionModel.webLlm('Qwen2.5-7B-Instruct-q4f32_1-MLC');
    manager.register('llama-8b', llama, 4_500_000_000, {
      load: async () => { lines.push('loading llama...'); },
      unload: async () => { lines.push('unloading llama...'); },
    });
    manager.register('qwen-7b', qwen, 4_200_000_000, {
      load: async () => { lines.push('loading qwen...'); },
      unload: async () => { lines.push('unloading qwen...'); },
    });
    await manager.load('llama-8b');
    await manager.load('qwen-7b');
    for (const s of manager.status()) lines.push(`${s.id}: loaded=${s.loaded}, vram=${s.vramEstimate}`);
    t.deepEqual(lines, [
      'loading llama...', 'unloading llama...', 'loading qwen...', 'llama-8b: loaded=false, vram=4500000000', 'qwen-7b: loaded=true, vram=4200000000',
    ]);
  });

  t.test('reference: a WebLLM model without a backend says what it needs', async () => {
    const error = await CompletionModel.webLlm('Llama-3.1-8B-Instruct-q4f32_1-MLC').complete([ChatMessage.user('hi')]).catch((thrown: unknown) => thrown);
    t.ok(error instanceof LocalModelError && error.problem === 'not-installed' && error.fix.includes('blazen-ts/local/chat'));
  });
};

export default suite;
