// Copies dist/types to dist/deno/types with `.d.ts` specifiers. Emitted declarations keep `.ts` specifiers, which every
// resolver understands except Deno when it loads the package by path; the rewritten form in turn breaks tsc.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const from = new URL('../dist/types', import.meta.url);
const to = new URL('../dist/deno/types', import.meta.url);
rmSync(to, { recursive: true, force: true });
cpSync(from, to, { recursive: true });
for (const file of readdirSync(to, { recursive: true })) {
  if (!String(file).endsWith('.d.ts')) continue;
  const path = join(fileURLToPath(to), String(file));
  writeFileSync(path, readFileSync(path, 'utf8').replace(/(["']\.{1,2}\/[^"']+?)(?<!\.d)\.ts(["'])/g, '$1.d.ts$2'));
}
