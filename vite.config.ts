import { readFileSync, rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite';
import { bundles, entries, programs, stem } from './scripts/entries.mjs';

// One config, four bundles that differ only in the conditions that choose `#platform`. For browsers and Workers, modules
// are preserved, so that a consumer's bundler drops what is not used (a single file per entry kept whole libraries
// alive). Node and Deno load files as they are, and a file costs more than what is in it: there a room is one file, and
// nothing of another room: what a room imports must not end up in whichever room is named first.

const shared = Object.fromEntries(entries.map(({ source }) => [stem(source), `src/${source}`]));
const nodeOnly = Object.fromEntries(programs.map(({ source }) => [stem(source), `src/${source}`]));

/** Everything that is not a file of ours stays an import. */
const external = (id: string): boolean => !/^[.#\0]/.test(id) && !isAbsolute(id) && !id.startsWith('src/');

/**
 * The room of a source file: the folder below src. The hosts in `platform`, each of the `stores`, the memory's worker
 * and what `#platform` stands for are apart: every program loads the last, and none of the others with it.
 */
function room(id: string): string | null {
  if (/\/src\/platform\/(?:default|node|deno|workerd|browser)\.ts$/.test(id)) return 'host';
  return /\/src\/((?:platform|stores)\/[^/]+|memory\/worker|[^/]+)\//.exec(id)?.[1]?.replace('/', '-') ?? null;
}

function bundle(name: (typeof bundles)[number], condition: string): EnvironmentOptions {
  return {
    // Also for browsers: a client build wraps every lazy import in a preload helper that wants a document.
    consumer: 'server',
    resolve: { conditions: [condition, 'module', 'import', 'default'] },
    build: {
      outDir: `dist/${name}`,
      emptyOutDir: true,
      copyPublicDir: false,
      // The `.wasm` files of the plugin.
      emitAssets: true,
      sourcemap: true,
      target: 'es2022',
      minify: false,
      lib: { entry: name === 'node' ? { ...shared, ...nodeOnly } : shared, formats: ['es'] },
      rolldownOptions: {
        external,
        output: {
          entryFileNames: '[name].js',
          ...(name === 'node' || name === 'deno'
            ? { chunkFileNames: 'rooms/[name].js', codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: room, debugName: 'room' }] } }
            : { preserveModules: true, preserveModulesRoot: 'src', chunkFileNames: 'chunks/[name]-[hash].js' }),
        },
      },
    },
  };
}

/** A `.wasm` file stays a file beside the module that imports it, which is what the bundlers of Workers look for. */
const wasmFiles: Plugin = {
  name: 'wasm-files',
  enforce: 'pre',
  resolveId: (id, importer) => (id.endsWith('.wasm') && importer !== undefined ? { id: `./${basename(id)}`, external: true } : null),
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk') continue;
      for (const name of file.imports.filter((id) => id.endsWith('.wasm'))) {
        const path = join(dirname(file.fileName), name);
        this.emitFile({ type: 'asset', fileName: path, source: readFileSync(join('src', path)) });
      }
    }
  },
};

export default defineConfig({
  logLevel: 'warn',
  plugins: [wasmFiles],
  builder: {
    sharedConfigBuild: true,
    async buildApp(builder) {
      rmSync('dist', { recursive: true, force: true });
      for (const name of bundles) await builder.build(builder.environments[name]!);
    },
  },
  environments: {
    browser: bundle('browser', 'browser'),
    node: bundle('node', 'node'),
    workers: bundle('workers', 'workerd'),
    deno: bundle('deno', 'deno'),
  },
});
