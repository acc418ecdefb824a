import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as classes from '../../src/base/error-classes.ts';
import { BlazenError } from '../../src/base/errors.ts';

type ErrorClass = (abstract new (...args: never[]) => BlazenError) & { readonly brand?: string; readonly prototype: BlazenError };

const tree: [string, ErrorClass][] = Object.entries({ BlazenError, ...classes })
  .filter((entry): entry is [string, ErrorClass & typeof entry[1]] => typeof entry[1] === 'function' && entry[1].prototype instanceof Error);

/** An instance without running the constructor: each class has its own arguments. */
const instance = (type: ErrorClass): BlazenError => Object.create(type.prototype) as BlazenError;

describe('the error tree', () => {
  it('has classes', () => {
    expect(tree.length).toBeGreaterThan(5);
  });

  it.each(tree)('%s carries its own name as a literal brand', (name, type) => {
    expect(Object.hasOwn(type, 'brand')).toBe(true);
    expect(type.brand).toBe(name);
  });

  it.each(tree)('%s is an instance of its ancestors and of no other class', (_name, type) => {
    const value = instance(type);
    for (const [, other] of tree) {
      expect(value instanceof other).toBe(type === other || Object.prototype.isPrototypeOf.call(other, type));
    }
  });
});

describe('two minified copies of the package', () => {
  let folder: string;
  let copies: [Record<string, ErrorClass>, Record<string, ErrorClass>];

  beforeAll(async () => {
    mkdirSync('.cache', { recursive: true });
    folder = mkdtempSync('.cache/copies-');
    const load = async (file: string): Promise<Record<string, ErrorClass>> => {
      await build({
        stdin: { contents: "export { BlazenError } from './errors.ts'; export * from './error-classes.ts';", resolveDir: 'src/base', loader: 'ts' },
        bundle: true, minify: true, format: 'esm', target: 'es2022', outfile: join(folder, file), logLevel: 'silent',
      });
      return await import(/* @vite-ignore */ pathToFileURL(join(folder, file)).href) as Record<string, ErrorClass>;
    };
    copies = [await load('a.mjs'), await load('b.mjs')];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are different classes with minified names', () => {
    const [a, b] = copies;
    expect(a['TimeoutError']).not.toBe(b['TimeoutError']);
    expect(a['TimeoutError']!.name).not.toBe('TimeoutError');
  });

  it.each(tree.map(([name]) => name))('%s of one copy is an instance of the same classes of the other', (name) => {
    const [a, b] = copies;
    const value = instance(a[name]!);
    for (const [other] of tree) {
      expect([other, value instanceof b[other]!]).toEqual([other, value instanceof a[other]!]);
    }
  });

  it('a real error keeps its name, and a subclass of a user matches its own copy only', () => {
    const Timeout = copies[0]['TimeoutError'] as unknown as new (message: string) => BlazenError;
    const error = new Timeout('late');
    expect(error.name).toBe('TimeoutError');
    expect(error instanceof classes.TimeoutError).toBe(true);
    class Mine extends classes.TimeoutError {}
    expect(error instanceof Mine).toBe(false);
    expect(new Mine('late') instanceof copies[0]['TimeoutError']!).toBe(true);
  });
});
