// npm run kernels: assembles the scan kernels and writes them where the package loads them from.
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

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, source);
