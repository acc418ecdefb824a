// Assembles the scan kernels and writes them where the package loads them from: as text for hosts that compile at run
// time, as files for workerd, which does not. `node scripts/build-kernels.mjs`
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { modules } from './kernels/kernels.mjs';

// Hexadecimal, because it compresses better than base64.
const hex = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('hex');

export const target = new URL('../src/memory/index/kernel-bytes.ts', import.meta.url);
export const source = `// Written by scripts/build-kernels.mjs from scripts/kernels/kernels.mjs; do not edit.

/** The scan kernels for fixed SIMD, hexadecimal. */
export const FIXED =
  '${hex(modules.fixed)}';

/** The float kernel for relaxed SIMD, hexadecimal. */
export const RELAXED =
  '${hex(modules.relaxed)}';
`;

export const files = [
  { target: new URL('../src/memory/index/kernels-fixed.wasm', import.meta.url), bytes: modules.fixed },
  { target: new URL('../src/memory/index/kernels-relaxed.wasm', import.meta.url), bytes: modules.relaxed },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(target, source);
  for (const file of files) writeFileSync(file.target, file.bytes);
}
