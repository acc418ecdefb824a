import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import * as embeddings from '../../../src/local/embeddings/index.ts';
import { HashEmbedder, Memory } from '../../../src/memory/index.ts';
import { embeddingSuite } from '../../helpers/local/embedding-suite.ts';
import { embeddingSoak } from '../../helpers/local/embedding-soak.ts';
import { transformersModels, transformersSuite } from '../../helpers/local/transformers-suite.ts';
import { writeFiles } from '../../helpers/onnx/write-files.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

const host = { lib: { ...embeddings, Memory, HashEmbedder }, options: {} };
const api = createTestApi((name, run) => test(name, run));
const instantiate = vi.spyOn(WebAssembly, 'instantiate');

describe('ONNX Runtime Web in Node', () => embeddingSuite(api, host));

describe('transformers.js in Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'embeddings-'));
  for (const [name, files] of Object.entries(transformersModels())) writeFiles(join(folder, name), files);
  afterAll(() => rmSync(folder, { recursive: true }));
  transformersSuite(api, embeddings, { modelPath: folder });
});

test('1,000 mixed calls end in the right vectors or the right error', { timeout: 60_000 }, async () => {
  const { outcomes, wrong } = await embeddingSoak(host, { seed: 7, calls: 1000, parallel: 20, loads: 0.04 });
  expect(wrong).toEqual([]);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(1000);
  for (const outcome of ['vectors', 'bad-input', 'aborted', 'corrupt']) expect(outcomes[outcome]).toBeGreaterThan(0);
});

test('the numbers came out of the WebAssembly that was compiled here', () => {
  expect(instantiate).toHaveBeenCalled();
});
