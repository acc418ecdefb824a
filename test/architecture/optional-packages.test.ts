import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { entries } from '../../scripts/entries.mjs';

const OPTIONAL = ['@huggingface/tokenizers', '@huggingface/transformers', '@mlc-ai/web-llm', '@transcribe/shout', 'onnxruntime-web'];

test.each(entries.filter(({ subpath }) => subpath.startsWith('./local')))('$subpath bundles where no optional package is installed', async ({ source }) => {
  const { errors } = await build({
    entryPoints: [`src/${source}`], bundle: true, format: 'esm', write: false, outdir: 'out', conditions: ['browser'], logLevel: 'silent', external: ['node:*'],
    alias: Object.fromEntries(OPTIONAL.map((name) => [name, '/nowhere'])),
  });
  expect(errors).toEqual([]);
});
