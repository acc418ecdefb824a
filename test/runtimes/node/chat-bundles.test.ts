import { build } from 'esbuild';
import { expect, it } from 'vitest';

const PACKAGES = ['@huggingface/transformers', '@mlc-ai/web-llm', 'onnxruntime-web'];

/** What a bundler makes of a program where none of the packages is installed. */
async function bundle(program: string): Promise<{ main: string; lazy: string[] }> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: 'src', loader: 'ts' }, bundle: true, splitting: true, format: 'esm', write: false, outdir: '/', conditions: ['browser'],
    logLevel: 'silent', alias: Object.fromEntries(PACKAGES.map((name) => [name, '/nowhere'])),
  });
  const isMain = ({ path }: { readonly path: string }): boolean => path === '/stdin.js';
  return { main: outputFiles.find(isMain)?.text ?? '', lazy: outputFiles.filter((file) => !isMain(file)).map(({ path }) => path) };
}

it('a page with WebLLM in a worker loads nothing later, holds nothing of the other backends, and no address', async () => {
  const { main, lazy } = await bundle("import { webLlm } from './local/chat/index.ts'; console.log(webLlm);");
  expect(lazy).toEqual([]);
  expect([/\bimport\(/, /huggingface/, /onnx/i, /LanguageModel/, /https?:\/\//].filter((word) => word.test(main))).toEqual([]);
});

it('the worker asks for its package alone, and only when a model is loaded', async () => {
  const { main } = await bundle("import { serveWebLlm } from './local/chat/index.ts'; serveWebLlm();");
  expect([...main.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['@mlc-ai/web-llm']);
  expect(main).not.toContain('huggingface');
});
