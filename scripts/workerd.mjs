// The workerd every test and smoke check uses: no network for request metadata, one compatibility date, and `.wasm` files
// as wrangler sees them.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const compatibilityDate = '2026-04-01';

/** @type {{ type: 'CompiledWasm', include: string[] }[]} */
const modulesRules = [{ type: 'CompiledWasm', include: ['**/*.wasm'] }];

export const workerd = { compatibilityDate, cf: false, host: '127.0.0.1', modulesRules };

/**
 * The modules that wrangler wrote into a folder, listed as it lists them for workerd: code of a bundled package may import
 * by a name that is known only when it runs, which nobody could follow.
 * @returns {{ type: 'ESModule' | 'CompiledWasm', path: string, contents: Uint8Array<ArrayBuffer> }[]}
 */
export function bundledModules(/** @type {string} */ folder) {
  const wasm = readdirSync(folder).filter((name) => name.endsWith('.wasm'));
  return ['worker.js', ...wasm].map((path) => ({ type: path === 'worker.js' ? 'ESModule' : 'CompiledWasm', path, contents: new Uint8Array(readFileSync(join(folder, path))) }));
}

/** The program itself, which comes with miniflare; its package has no types. */
export const workerdProgram = () => /** @type {string} */ (createRequire(import.meta.url)('workerd').default);
