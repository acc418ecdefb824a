import type { PortLike } from '../../../src/local/index.ts';
import { Memory } from '../../../src/memory/index.ts';
import { serveMemory } from '../../../src/memory/worker/index.ts';

const DIMENSIONS = 384;
serveMemory(globalThis as unknown as PortLike, () => new Memory({
  modelId: 'scripted', dimensions: DIMENSIONS, doEmbed: (texts) => Promise.resolve(texts.map((text) => Float32Array.from({ length: DIMENSIONS }, (_, i) => (i === Number(text) ? 1 : 0.01)))),
}));
