// Writes package.json#exports, package.json#bin and deno.json from the table in entries.mjs; with --check only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { entries, exportsOf, programs, stem } from './entries.mjs';

const at = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url);
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(at(path), 'utf8'));

const missing = [...entries.map((entry) => entry.source), ...programs.map((program) => program.source)].filter((source) => !existsSync(at(`src/${source}`)));
if (missing.length > 0) fail(`these sources of scripts/entries.mjs do not exist: ${missing.join(', ')}`);

const manifest = read('package.json');
manifest.exports = Object.fromEntries(entries.map((entry) => [entry.subpath, exportsOf(entry)]));
manifest.exports['./package.json'] = './package.json';
if (programs.length === 0) delete manifest.bin;
else manifest.bin = Object.fromEntries(programs.map(({ name, source }) => [name, `./dist/node/${stem(source)}.js`]));

const deno = {
  name: '@blazen/blazen-ts',
  version: manifest.version,
  license: manifest.license,
  exports: Object.fromEntries(entries.map((entry) => [entry.subpath, `./src/${entry.source}`])),
  imports: {
    '#platform': './src/platform/deno.ts',
    '#model-store': './src/platform/file-model-store.ts',
    '#kernels': './src/memory/index/kernel-module.ts',
    ...Object.fromEntries(Object.entries(manifest.dependencies).map(([name, version]) => [name, `npm:${name}@${version}`])),
  },
  nodeModulesDir: 'manual',
  publish: { include: ['src', 'LICENSE', 'CHANGELOG.md', 'README.md', 'deno.json'] },
};

const check = process.argv.includes('--check');
for (const [path, value] of [['package.json', manifest], ['deno.json', deno]]) {
  const wanted = `${JSON.stringify(value, null, 2)}\n`;
  const have = existsSync(at(path)) ? readFileSync(at(path), 'utf8') : '';
  if (normal(have) === normal(wanted)) continue;
  if (check) fail(`${path} differs from scripts/entries.mjs. Run: npm run sync`);
  writeFileSync(at(path), wanted);
  console.log(`wrote ${path}`);
}

/** Key order is part of the comparison (condition order decides), white space is not. */
function normal(/** @type {string} */ text) {
  return text === '' ? '' : JSON.stringify(JSON.parse(text));
}

function fail(/** @type {string} */ message) {
  console.error(`sync-exports: ${message}`);
  process.exit(1);
}
