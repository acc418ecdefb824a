import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { transformersChat } from '../../src/local/chat/index.ts';
import { soak } from '../helpers/chat-soak.ts';
import { scriptedDecoderFiles } from '../helpers/onnx/chat-decoder.ts';
import { writeFiles } from '../helpers/onnx/write-files.ts';

// CALLS=10000 for more.
const calls = Number(process.env['CALLS'] ?? 1000);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chat-soak-'));
  writeFiles(join(folder, 'scripted'), scriptedDecoderFiles());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('calls of all kinds on a local chat model: no hang, no poison, every failure typed', async () => {
  const model = await transformersChat({ model: 'scripted', modelPath: folder }).load();
  const { good, failures, wrong } = await soak(model, calls, 1);
  await model.dispose();
  console.log(`= ${calls} calls: ${good} answered, ${Object.entries(failures).map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
  expect(wrong).toEqual([]);
  expect(good + Object.values(failures).reduce((sum, count) => sum + count, 0)).toBe(calls);
});
