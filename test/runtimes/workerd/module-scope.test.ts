import { beforeEach, describe, expect, it, vi } from 'vitest';
import { entries } from '../../../scripts/entries.mjs';
import { touchedWhile } from './tripwires.ts';

// Each module is loaded by a dynamic import in a fresh registry, so that its top level runs between the wires.
const modules = import.meta.glob('../../../src/**/*.ts');
const planted = import.meta.glob('./planted/*.ts');

beforeEach(() => {
  vi.resetModules();
});

const here = entries.filter((entry) => entry.hosts === undefined || entry.hosts.includes('workerd'));

describe('loading the entry', () => {
  it.each(here)('$subpath does no I/O, starts no timer and reads neither clock nor random', async ({ source }) => {
    expect(await touchedWhile(modules[`../../../src/${source}`]!)).toEqual([]);
  });
});

describe('the tripwires', () => {
  it.each(Object.entries(planted))('report %s', async (file, load) => {
    const name = /planted\/(.+)\.ts$/.exec(file)![1]!.replace('uuid', 'UUID').replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
    expect(await touchedWhile(load)).toEqual([name]);
  });

  it('are gone afterwards', async () => {
    const before = [fetch, setTimeout, Math.random, Date.now];
    await touchedWhile(() => Promise.resolve());
    expect([fetch, setTimeout, Math.random, Date.now]).toEqual(before);
  });
});
