import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const page = readFileSync('docs/guides/promises.md', 'utf8');
const promises = page.split(/^## /m).slice(1);

it('there are nine promises, each with what it leaves out', () => {
  expect(promises.map((text) => text.slice(0, 2))).toEqual(['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9']);
  for (const text of promises) expect(text).toContain('*Not promised:*');
});

it.each(promises.map((text) => [text.slice(0, text.indexOf('\n')), text]))('every test that shows "%s" exists', (_title, text) => {
  const shown = [...text.matchAll(/^\* `([^`]+)`: (.+)$/gm)];
  expect(shown.length).toBeGreaterThan(0);
  for (const [, file, title] of shown as unknown as [string, string, string][]) {
    expect(existsSync(file), file).toBe(true);
    expect(readFileSync(file, 'utf8').includes(`('${title}`), `${file}: ${title}`).toBe(true);
  }
});
