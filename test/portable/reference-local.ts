import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

// The program of the WebAssembly examples with two WebLLM models, after changing its imports: it runs to its end, because its
// own lifecycles load nothing. Answers need the second argument, as the last test says.
const suite: Suite<Lib> = (t, { root: { ChatMessage, CompletionModel, LocalModelError }, local: { ModelManager } }) => {
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
