// Bundles a script for workerd with the WebAssembly it imports, as Wrangler does.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Writes `worker.mjs` and its WebAssembly into `folder`; resolves with the modules of a Worker for workerd's configuration. */
export async function bundleWorker(script: string, folder: string): Promise<string> {
  await build({ entryPoints: [script], bundle: true, format: 'esm', outfile: join(folder, 'worker.mjs'), external: ['cloudflare:*'], conditions: ['workerd'], loader: { '.wasm': 'copy' }, logLevel: 'silent' });
  const wasm = readdirSync(folder).filter((name) => name.endsWith('.wasm')).map((name) => `, (name = "${name}", wasm = embed "${name}")`);
  return `[(name = "worker.mjs", esModule = embed "worker.mjs")${wasm.join('')}]`;
}
