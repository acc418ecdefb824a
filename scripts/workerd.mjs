// The workerd every test and smoke check uses: no network for request metadata, one compatibility date, and `.wasm` files
// as wrangler sees them.
import { createRequire } from 'node:module';

export const compatibilityDate = '2026-04-01';

/** @type {{ type: 'CompiledWasm', include: string[] }[]} */
const modulesRules = [{ type: 'CompiledWasm', include: ['**/*.wasm'] }];

export const workerd = { compatibilityDate, cf: false, host: '127.0.0.1', modulesRules };

/** The program itself, which comes with miniflare; its package has no types. */
export const workerdProgram = () => /** @type {string} */ (createRequire(import.meta.url)('workerd').default);
