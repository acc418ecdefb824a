import { type LocalChatModel, transformersChat } from '../../../src/local/chat/index.ts';
import { serveWorker } from '../../../src/local/index.ts';

let model: LocalChatModel | undefined;

serveWorker(globalThis, {
  answer: async ({ origin, prompt }: { origin: string; prompt: string }) => {
    model ??= await transformersChat({ model: 'attentive', modelPath: `${origin}/models/`, wasmPaths: `${origin}/ort/` }).load();
    return (await model.complete([{ role: 'user', content: prompt }], { maxTokens: 24 })).content ?? '';
  },
});
