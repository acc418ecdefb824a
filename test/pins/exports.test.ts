import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { entries, exportsOf, programs } from '../../scripts/entries.mjs';
import { version } from '../../src/version.ts';

interface Manifest {
  readonly version: string;
  readonly exports: Record<string, unknown>;
  readonly bin?: Record<string, string>;
  readonly imports?: Record<string, string | Record<string, string>>;
}

const read = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;
const manifest = read('package.json');
const deno = read('deno.json');

it('the front doors of package.json are those of the table, in the order in which hosts must find them', () => {
  // As text: the order of conditions is what chooses a bundle.
  expect(JSON.stringify(manifest.exports, null, 1)).toBe(JSON.stringify({
    ...Object.fromEntries(entries.map((entry) => [entry.subpath, exportsOf(entry)])),
    './package.json': './package.json',
  }, null, 1));
});

it('the conditions of an entry come in the order deno, types, workerd, browser, node, default', () => {
  const root = manifest.exports['.'] as Record<string, unknown>;
  expect(Object.entries(root)).toEqual([
    ['deno', { types: './dist/deno/types/index.d.ts', default: './dist/deno/index.js' }],
    ['types', './dist/types/index.d.ts'],
    ['workerd', './dist/workers/index.js'],
    ['browser', './dist/browser/index.js'],
    ['node', './dist/node/index.js'],
    ['default', './dist/browser/index.js'],
  ]);
});

it('#platform is chosen in the order deno, workerd, browser, node, default', () => {
  expect(Object.entries(manifest.imports!['#platform']!).map(([condition, file]) => `${condition} ${file}`)).toEqual([
    'deno ./src/platform/deno.ts',
    'workerd ./src/platform/workerd.ts',
    'browser ./src/platform/browser.ts',
    'node ./src/platform/node.ts',
    'default ./src/platform/default.ts',
  ]);
});

it('#kernels is a module with files for workerd and one with text for everybody else', () => {
  expect(Object.entries(manifest.imports!['#kernels']!)).toEqual([
    ['workerd', './src/memory/index/kernel-module.workerd.ts'], ['default', './src/memory/index/kernel-module.ts'],
  ]);
});

it('#model-store is files in Node and Deno, the private file system in a browser, and an error elsewhere', () => {
  expect(Object.entries(manifest.imports!['#model-store']!).map(([condition, file]) => `${condition} ${file}`)).toEqual([
    'deno ./src/platform/file-model-store.ts',
    'workerd ./src/platform/no-model-store.ts',
    'browser ./src/platform/opfs-model-store.ts',
    'node ./src/platform/file-model-store.ts',
    'default ./src/platform/no-model-store.ts',
  ]);
});

it('deno.json offers the same doors', () => {
  expect(Object.entries(deno.exports)).toEqual(entries.map((entry) => [entry.subpath, `./src/${entry.source}`]));
});

it('each program of the table has its bin', () => {
  expect(Object.keys(manifest.bin ?? {})).toEqual(programs.map((program) => program.name));
});

it('package.json, deno.json and version() tell the same version', () => {
  expect(version()).toBe(manifest.version);
  expect(deno.version).toBe(manifest.version);
});
