import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { target } from './entry.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The built package, by its name, as a bundler for browsers sees it. */
const own = {
  name: 'own',
  setup({ onResolve }) {
    onResolve({ filter: /^blazen-ts\// }, ({ path }) => ({ path: fileURLToPath(target(`.${path.slice('blazen-ts'.length)}`, 'browser')), sideEffects: false }));
  },
};

/** Bytes, minified and compressed, of each program of an engine. Fails where a browser could not load it. */
export async function bundle({ programs }) {
  const sizes = {};
  for (const [name, contents] of Object.entries(programs)) {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: here }, bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser', write: false, legalComments: 'none',
      logLevel: 'silent', plugins: [own],
    });
    sizes[name] = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  }
  return sizes;
}
