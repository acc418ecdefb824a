import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const bench = fileURLToPath(new URL('../../', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const zipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
const file = (path) => zipped(readFileSync(new URL(`../../node_modules/${path}`, import.meta.url)));

async function bundle(contents, resolveDir) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir }, bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser', write: false,
    logLevel: 'silent', external: ['node:*'],
  });
  return zipped(outputFiles[0].contents);
}

/** What each brings along, gzipped. */
export const sizes = async () => [
  ['blazen-ts, the vector index with its kernels', await bundle(`export * from '${root}dist/browser/memory/index/vector-index.js';`, root)],
  ['blazen-ts, `Memory` with everything it may ever load', await bundle("export { Memory } from 'blazen-ts/memory';", root)],
  ['Orama', await bundle("export { create, insertMultiple, search } from '@orama/orama';", bench)],
  ['voy, its .wasm alone', file('voy-search/voy_search_bg.wasm')],
  ['hnswlib-node, native', file('hnswlib-node/build/Release/addon.node')],
];
