import { afterEach, expect, test, vi } from 'vitest';
import { uuid } from '../../../src/base/id.ts';

afterEach(() => { vi.unstubAllGlobals(); });

test.each(['everywhere', 'on a page of plain HTTP'])('an id is a UUID v4, and none comes twice, %s', (where) => {
  if (where !== 'everywhere') {
    const host = crypto;
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => host.getRandomValues(bytes) });
  }
  const ids = Array.from({ length: 2000 }, uuid);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
  // Every digit that is free takes every value.
  expect(new Set(ids.map((id) => id[19])).size).toBe(4);
  for (const place of [0, 7, 9, 15, 24, 35]) expect(new Set(ids.map((id) => id[place])).size).toBe(16);
});
