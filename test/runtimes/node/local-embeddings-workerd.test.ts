import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workerd } from '../../../scripts/workerd.mjs';

const WASM = 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm';
let worker: Miniflare;

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: ['test/helpers/local/embed-worker.ts'], bundle: true, format: 'esm', write: false, conditions: ['workerd', 'browser'],
    external: ['node:*', 'cloudflare:*', 'onnxruntime-web/webgpu', '@huggingface/transformers'],
    plugins: [{ name: 'wasm', setup: (bundler) => bundler.onResolve({ filter: /\.wasm$/ }, () => ({ path: './ort.wasm', external: true })) }],
  });
  worker = new Miniflare({
    ...workerd,
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: outputFiles[0]?.text ?? '' },
      { type: 'CompiledWasm', path: 'ort.wasm', contents: readFileSync(WASM) },
    ],
  });
});
afterAll(() => worker.dispose());

async function ask(query: string): Promise<unknown> {
  return (await worker.dispatchFetch(`http://worker/${query}`)).json();
}

test('a Worker embeds and reranks with the WebAssembly it imports statically', { timeout: 180_000 }, async () => {
  const names = await ask('') as string[];
  expect(names.length).toBeGreaterThan(10);
  const failures: string[] = [];
  for (const name of names) {
    const failure = await ask(`?test=${encodeURIComponent(name)}`);
    if (failure !== null) failures.push(`${name}: ${failure as string}`);
  }
  expect(failures).toEqual([]);
});
