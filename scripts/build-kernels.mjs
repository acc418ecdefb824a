// Assembles the scan kernels and writes them where the package loads them from: as text for hosts that compile at run
// time, as a file for workerd, which does not. `node scripts/build-kernels.mjs`
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kernels } from './kernels/kernels.mjs';

// Hexadecimal, because it compresses better than base64.
const hex = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('hex');

export const target = new URL('../src/memory/index/kernel-bytes.ts', import.meta.url);
export const source = `// Written by scripts/build-kernels.mjs from scripts/kernels/kernels.mjs; do not edit.

/** The scan kernels, hexadecimal. */
export const KERNELS =
  '${hex(kernels)}';
`;

export const file = { target: new URL('../src/memory/index/kernels.wasm', import.meta.url), bytes: kernels };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(target, source);
  writeFileSync(file.target, file.bytes);
}
