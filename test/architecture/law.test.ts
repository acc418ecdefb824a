import { describe, expect, it } from 'vitest';
import { entries, programs } from '../../scripts/entries.mjs';
import { allowedLongFiles } from './allowed-long-files.ts';
import { checkLaw } from './check-law.ts';
import { checkSize } from './check-size.ts';
import { law } from './law.ts';
import { readSources, type Sources } from './read-sources.ts';

const sources = readSources();
const doors = [...entries.map((entry) => entry.source), ...programs.map((program) => program.source)];

describe('the source tree', () => {
  it('keeps the dependency law', () => {
    expect(checkLaw(sources, doors)).toEqual([]);
  });

  it('has no file too long to read', () => {
    expect(checkSize(sources, allowedLongFiles)).toEqual([]);
  });

  it('names only known rooms in the law', () => {
    const known = Object.keys(law);
    const named = Object.values(law).flatMap((rule) => rule.rooms).map((room) => room.split('/')[0]!);
    expect(named.filter((room) => !known.includes(room))).toEqual([]);
  });
});

const door = '/** @module */\n';
const legal: Sources = {
  'base/errors.ts': 'export class A {}\n',
  'base/index.ts': `${door}export { A } from './errors.ts';\n`,
  'spec/index.ts': `${door}export type { S } from './s.ts';\n`,
  'spec/s.ts': 'export type S = string;\n',
  'events/index.ts': `${door}export { e } from './e.ts';\n`,
  'events/e.ts': "import { A } from '../base/errors.ts';\nimport type { S } from '../spec/s.ts';\nexport const e = A;\n",
  'workflow/index.ts': `${door}export { w } from './w.ts';\n`,
  'workflow/w.ts': "import { e } from '../events/index.ts';\nimport { readEnv } from '#platform';\nexport const w = [e, readEnv];\n",
  'local/index.ts': `${door}export { l } from './l.ts';\n`,
  'local/l.ts': "export const l = (): unknown => import('onnxruntime-web');\n",
  'providers/groq.ts': 'export const groq = 1;\n',
  'classic/index.ts': `${door}export { groq } from '../providers/groq.ts';\n`,
  'platform/node/index.ts': `${door}export { f } from './f.ts';\n`,
  'platform/node/f.ts': "import { readFile } from 'node:fs/promises';\nexport const f = readFile;\n",
  'cli/index.ts': `${door}export { f } from '../platform/node/index.ts';\n`,
  'index.ts': "export { w } from './workflow/index.ts';\n",
};

describe('the law checker', () => {
  it('finds nothing in a legal tree', () => {
    expect(checkLaw(legal, [])).toEqual([]);
  });

  it.each<[what: string, file: string, source: string, found: RegExp]>([
    ['a forbidden room', 'events/x.ts', "import { w } from '../workflow/index.ts';", /events may not import workflow/],
    ['a forbidden lazy import', 'events/x.ts', "export const x = (): unknown => import('../workflow/index.ts');", /may not import workflow/],
    ['a forbidden room as type only', 'events/x.ts', "import type { w } from '../workflow/index.ts';", /may not import workflow/],
    ['a forbidden import type', 'events/x.ts', "export type X = import('../workflow/index.ts').W;", /may not import workflow/],
    ['the second import of a line', 'events/x.ts', "import { A } from '../base/errors.ts'; import { w } from '../workflow/index.ts';", /may not import workflow/],
    ['a forbidden worker file', 'events/x.ts', "export const u = (): URL => new URL('../workflow/w.ts', import.meta.url);", /may not import workflow/],
    ['a room entered beside its door', 'workflow/x.ts', "import { e } from '../events/e.ts';", /beside its front door/],
    ['platform from a middle room', 'workflow/x.ts', "import { f } from '../platform/node/index.ts';", /may not import platform\/node/],
    ['another host of platform', 'platform/deno/x.ts', "import { f } from '../node/index.ts';", /may not import platform\/node/],
    ['#platform where it is not allowed', 'events/x.ts', "import { readEnv } from '#platform';", /#platform/],
    ['a host module', 'workflow/x.ts', "import { readFile } from 'node:fs';", /host module node:fs/],
    ['an unlisted package', 'base/x.ts', "import { z } from 'zod';", /package zod/],
    ['a lazy package imported statically', 'local/x.ts', "import { Tensor } from 'onnxruntime-web';", /value import of the package onnxruntime-web/],
    ['a type hidden in a value import', 'local/x.ts', "import { type Tensor } from 'onnxruntime-web';", /value import/],
    ['a computed import', 'local/x.ts', 'export const x = (n: string): unknown => import(n);', /package <Identifier>/],
    ['an entry file', 'events/x.ts', "import { w } from '../index.ts';", /entry file/],
    ['export *', 'events/x.ts', "export * from './e.ts';", /export \*/],
    ['a namespace export', 'events/x.ts', "export * as e from './e.ts';", /export \*/],
    ['a default export', 'events/x.ts', 'export default 1;', /default export/],
    ['a named default export', 'events/x.ts', 'const x = 1; export { x as default };', /default export/],
    ['a specifier without extension', 'events/x.ts', "import { e } from './e';", /without \.ts/],
    ['a specifier with .js', 'events/x.ts', "import { e } from './e.js';", /without \.ts/],
    ['an unknown room', 'misc/x.ts', 'export const x = 1;', /room misc is not in the law/],
    ['a room without a door', 'prompts/x.ts', 'export const x = 1;', /prompts: no index\.ts/],
    ['logic in an index', 'events/index.ts', `${door}export const x = 1;`, /named re-exports only/],
    ['an index without @module', 'events/index.ts', "export { e } from './e.ts';", /opens with @module/],
    ['a cycle', 'base/errors.ts', "import { A } from './index.ts';\nexport { A };", /cycle: base\/errors\.ts -> base\/index\.ts -> base\/errors\.ts/],
  ])('finds %s', (_what, file, source, found) => {
    expect(checkLaw({ ...legal, [file]: source }, []).join('\n')).toMatch(found);
  });

  it('lets a type-only cycle pass', () => {
    const tree = {
      ...legal,
      'base/errors.ts': "import type { B } from './b.ts';\nexport class A { b?: B }",
      'base/b.ts': "import { A } from './errors.ts';\nexport class B extends A {}",
    };
    expect(checkLaw(tree, [])).toEqual([]);
  });

  it('accepts an entry of the package as a door', () => {
    const tree = {
      ...legal,
      'agent/index.ts': `${door}export { a } from './a.ts';`,
      'agent/a.ts': "import { m } from '../model/mock.ts';\nexport const a = m;",
      'model/mock.ts': 'export const m = 1;',
      'model/index.ts': `${door}export { m } from './mock.ts';`,
    };
    expect(checkLaw(tree, [])).toHaveLength(1);
    expect(checkLaw(tree, ['model/mock.ts'])).toEqual([]);
  });
});

describe('the size checker', () => {
  const lines = (count: number): string => 'x\n'.repeat(count);

  it.each<[number, Record<string, string>, RegExp]>([
    [501, {}, /more than 500/],
    [501, { 'a.ts': 'a table' }, /more than 500/],
    [301, {}, /no reason/],
    [300, { 'a.ts': 'a table' }, /no reason any more/],
    [10, { 'b.ts': 'a table' }, /gone/],
  ])('reports a file of %d lines with the reasons %j', (count, reasons, found) => {
    expect(checkSize({ 'a.ts': lines(count) }, reasons).join('\n')).toMatch(found);
  });

  it('accepts 500 lines with a reason and 300 without', () => {
    expect(checkSize({ 'a.ts': lines(500), 'b.ts': lines(300) }, { 'a.ts': 'one table' })).toEqual([]);
  });
});
