import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';
import { readPage } from '../../../scripts/docs/read-page.mjs';

/** What the checker prints about a folder of pages. */
function checkPages(folder: string): Promise<{ readonly failed: boolean; readonly output: string }> {
  return new Promise((done) => {
    execFile(process.execPath, ['scripts/check-snippets.mjs', '--in', folder], { encoding: 'utf8' }, (error, stdout, stderr) => {
      done({ failed: error !== null, output: stdout + stderr });
    });
  });
}

it('a page with a planted mistake of each kind fails the check, with page and line', { timeout: 180_000 }, async () => {
  const { failed, output } = await checkPages('test/fixtures/docs');
  expect(failed).toBe(true);
  expect(output).toContain("broken.md(7,32): error TS2345: Argument of type 'string'");
  expect(output).toMatch(/FAILED {2}broken\.md:11 in Node .*\n\s+printed:\n\s+false\n\s+instead of:\n\s+true/);
  for (const host of ['Node', 'Deno', 'workerd', 'Chromium']) expect(output).toMatch(new RegExp(`FAILED {2}broken\\.md:20 in ${host} [^]*?planted`));
  expect(output).toContain('broken.md:25: missing.md: no such file');
  expect(output).toContain('broken.md:25: #nowhere: no such heading');
  expect(output).toContain('broken.md:27: test/portable/nothing*.ts: no such file');
  expect(output).not.toContain('#broken');
  expect(output).toMatch(/docs: 0 passed, 7 failed, 0 skipped/);
});

it('a fence of an unknown kind, and one that is never closed, are refused', () => {
  expect(() => readPage('p.md', '```ts runs\n1;\n```')).toThrow("p.md:1: unknown kind of fence 'ts runs'");
  expect(() => readPage('p.md', 'text\n```ts\n1;')).toThrow('p.md:2: the fence is not closed');
});

it('only a text fence right after a snippet says what it prints', () => {
  const { snippets } = readPage('p.md', '```ts run\n1;\n```\n\n```text\none\n```\n```ts run\n2;\n```\nwords\n```text\ntwo\n```');
  expect(snippets.map(({ line, output }) => [line, output])).toEqual([[2, 'one'], [9, null]]);
});

it('headings get the anchors of GitHub', () => {
  const { anchors } = readPage('p.md', '# What `it` is, & is not\n## Twice\n## Twice\n```sh\n# no heading\n```\n');
  expect([...anchors]).toEqual(['what-it-is--is-not', 'twice', 'twice-1']);
});
