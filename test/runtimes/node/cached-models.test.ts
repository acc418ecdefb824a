import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as embeddings from '../../../src/local/embeddings/index.ts';
import { ModelCache } from '../../../src/local/index.ts';
import { createFileModelStore } from '../../../src/platform/node/index.ts';
import { listen, type Listening } from '../../helpers/listen.ts';
import { type CachedModelReport, cachedBackends, loadInPieces } from '../../helpers/local/cached-models.ts';
import { EmbedBrowser, type Scope } from '../../helpers/local/embed-browser.ts';
import { piecesHandler } from '../../helpers/local/pieces-server.ts';
import { encoderFiles } from '../../helpers/onnx/encoder.ts';

// The server hangs up twice while the weights come.
const files = encoderFiles();
const bytes = (files['onnx/model.onnx'] as Uint8Array).length;

function expectWhole({ problems, weights, off, grew, stored }: CachedModelReport): void {
  expect(problems).toEqual(['offline', 'offline']);
  expect(weights).toEqual({ first: [[200, false], [206, true], [206, true]], again: 0, afterDelete: 1 });
  expect(off).toBeLessThanOrEqual(1e-5);
  expect([grew, stored]).toEqual([true, bytes]);
}

describe.each(['onnx', 'transformers'] as const)('a model that comes in pieces into a ModelCache computes the right vectors: %s', (kind) => {
  describe('in Node', () => {
    let folder = '';
    let server: Listening;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pieces-'));
      server = await listen(piecesHandler({ 'tiny-encoder': files }));
    });
    afterAll(async () => {
      server.close();
      await rm(folder, { recursive: true });
    });

    it('from a folder', async () => {
      const cache = ModelCache.create(createFileModelStore(folder));
      expectWhole(await loadInPieces(cachedBackends(embeddings, {})[kind], `${server.origin}/pieces/${crypto.randomUUID()}`, cache));
      expect(await readdir('node_modules/@huggingface/transformers/.cache').catch(() => 'no copies')).toBe('no copies');
    });
  });

  describe('in Chromium', () => {
    let browser: EmbedBrowser;
    beforeAll(async () => { browser = await EmbedBrowser.start(); });
    afterAll(() => browser?.close());

    it('from the private file system', { timeout: 180_000 }, async () => {
      const { page, refused, close } = await browser.open('/wasm');
      const { copies, ...report } = await page.evaluate((name) => (globalThis as unknown as Scope).page.inPieces(name), kind);
      expectWhole(report);
      expect([copies, refused]).toEqual([[], []]);
      await close();
    });
  });
});
