import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The sources where no package is installed: what a program bundles must not depend on packages it does not use.
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  for (const room of ['base', 'spec', 'model', 'local', 'platform']) await cp(join('src', room), join(folder, room), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function bundle(program: string): Promise<{ main: string; lazy: string[]; warnings: string[] }> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: program, resolveDir: folder, loader: 'ts' }, bundle: true, splitting: true, format: 'esm', platform: 'browser', write: false, outdir: '/',
    alias: { '#platform': join(folder, 'platform/browser.ts') }, logLevel: 'silent',
  });
  const main = outputFiles.find(({ path }) => path === '/stdin.js')?.text ?? '';
  return { main, lazy: outputFiles.map(({ path }) => path).filter((path) => path !== '/stdin.js'), warnings: warnings.map(({ text }) => text) };
}

it('a page with WebLLM in a worker bundles without any of the packages, and holds nothing of the other backends', async () => {
  const { main, lazy, warnings } = await bundle("import { webLlm } from './local/chat/index.ts'; console.log(webLlm);");
  expect(warnings.filter((text) => !text.includes('Could not resolve'))).toEqual([]);
  expect(lazy).toEqual([]);
  expect([/\bimport\(/, /huggingface/, /onnx/i, /LanguageModel/, /https?:\/\//].filter((word) => word.test(main))).toEqual([]);
});

it('the worker asks for its package alone, and only when a model is loaded', async () => {
  const { main } = await bundle("import { serveWebLlm } from './local/chat/index.ts'; serveWebLlm();");
  expect([...main.matchAll(/import\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['@mlc-ai/web-llm']);
});
