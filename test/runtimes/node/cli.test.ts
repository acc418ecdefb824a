import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/index.ts';
import { version } from '../../../src/version.ts';
import { randomDocuments, randomSeed } from '../../helpers/random-documents.ts';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'cli-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);
const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(at(name), content);
  return at(name);
};

async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runCli(args, { write: (text) => { out += text; }, error: (text) => { err += text; } });
  return { code, out, err };
}

interface Json {
  readonly found: boolean;
  readonly answer: string;
  readonly citations: readonly { file: string; line: number; endLine: number; start: number; end: number; quote: string }[];
  readonly failures: readonly { name: string }[];
}

describe('ask', () => {
  it('answers random questions about a directory with the file, the lines and the words', async () => {
    const seed = randomSeed();
    const { files, questions } = randomDocuments(seed, 6);
    await mkdir(at('docs/deep'), { recursive: true });
    for (const [index, { name, text }] of files.entries()) await file(index % 2 ? `docs/deep/${name}` : `docs/${name}`, text);
    for (const { question, fact, file: name } of questions.slice(0, 12)) {
      const { code, out, err } = await cli('ask', '--json', question, at('docs'));
      expect({ code, err }, `seed ${seed}`).toEqual({ code: 0, err: '' });
      const { citations: [first] } = JSON.parse(out) as Json;
      expect(first?.quote.replaceAll(/\s+/g, ' '), `seed ${seed}: ${question}`).toContain(fact);
      expect(first?.file).toMatch(new RegExp(`${name}$`));
      // The lines of the source hold the fact too, whatever the format.
      const source = files.find((candidate) => candidate.name === name)?.text ?? '';
      const lines = source.split(/\r\n|\r|\n/).slice((first?.line ?? 0) - 1, first?.endLine);
      expect(lines.join(' '), `seed ${seed}: ${question}`).toContain(fact);
    }
  });

  it('prints the quote, its mark, and file and line', async () => {
    const path = await file('notes.md', '# Notes\n\nNothing here.\n\n## Vault\n\nThe vault of Kelda opens\nwith the code 4711-K.\n');
    const { code, out, err } = await cli('ask', 'With which code does the vault of Kelda open?', path);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(`“The vault of Kelda opens with the code 4711-K.” [1]\n\n[1] ${path}:7-8\n`);
  });

  it('that finds nothing says so and is no failure', async () => {
    const path = await file('notes.md', 'The harbour exported clocks.');
    expect(await cli('ask', 'Which instrument does Quentin play?', path)).toEqual({
      code: 0, err: '', out: 'Nothing in the documents answers this question; not found: “instrument”, “quentin”, “play”\n',
    });
  });

  it('names the words that no file holds', async () => {
    const path = await file('notes.md', 'The Kelda lighthouse is tall. Nobody measured the Kelda lighthouse.');
    expect((await cli('ask', 'Who painted the Kelda lighthouse?', path)).out).toMatch(/\nNot found in these files: “painted”\n$/);
  });

  it.each([
    ['a missing file', () => at('gone.md'), /Cannot read '.*gone.md': there is no such file or directory/],
    ['a path below a file', async () => join(await file('a.md', 'Text.'), 'b.md'), /there is no such file or directory/],
    ['an empty directory', () => folder, /there is no \.md, \.txt, \.html, \.pdf, \.csv or \.jsonl file in it/],
    ['a file of 0 bytes', () => file('empty.md', ''), /empty.md': it is empty/],
    ['a binary renamed .md', () => file('image.md', Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 0, 255)), /image.md': it is not a text file/],
    ['a text of 50 MB', () => file('large.txt', new Uint8Array(50_000_000).fill(97)), /large.txt': it has 50000000 bytes, more than the 20000000 allowed/],
    ['a PDF', () => file('paper.pdf', '%PDF-1.7'), /paper.pdf': the PDF is damaged or protected/],
    ['a device', () => '/dev/null', /not a regular file/],
  ])('about %s fails with the reason, also beside a good file', async (_what, path, message) => {
    const bad = await path();
    const good = at('good-folder');
    for (const paths of [[bad], [bad, good]]) {
      if (paths.length > 1) {
        await mkdir(good, { recursive: true });
        await writeFile(join(good, 'good.md'), 'The sky is blue.');
        if (bad === folder) continue;
      }
      const { code, out, err } = await cli('ask', 'Which colour is the sky?', ...paths);
      expect(code).toBe(1);
      expect(out).toBe('');
      expect(err).toMatch(message);
      expect(err).not.toMatch(/\n\s+at /);
    }
  });

  it('about a directory leaves out what cannot be used, hidden or linked, and tells of it', async () => {
    await mkdir(at('docs/node_modules'), { recursive: true });
    await mkdir(at('docs/.git'));
    await file('docs/good.md', 'The sky is blue.');
    await file('docs/bad.md', new Uint8Array(9));
    for (const hidden of ['docs/.secret.md', 'docs/.git/x.md', 'docs/node_modules/x.md', 'docs/code.ts']) await file(hidden, 'The sky is green.');
    await symlink(at('docs'), at('docs/loop'));
    const { code, out, err } = await cli('ask', '--json', 'Which colour is the sky?', at('docs'), at('docs/good.md'));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ documents: 1, citations: [{ quote: 'The sky is blue.', line: 1 }], failures: [{ name: at('docs/bad.md'), reason: 'not_text' }] });
    expect(err).toMatch(/bad.md': it is not a text file/);
    expect(await cli('ask', 'Which colour is the sky?', at('docs'), at('docs/bad.md'))).toMatchObject({ code: 1, out: '' });
  });

  it('takes what follows -- as it is', async () => {
    const path = await file('notes.md', 'The option --json prints JSON.');
    expect((await cli('ask', '--', '--json', path)).out).toMatch(/^“The option --json prints JSON.” \[1\]/);
  });
});

describe('a command line that cannot be understood', () => {
  it.each([
    [[], /No command is given/],
    [['frobnicate'], /There is no command 'frobnicate'/],
    [['ask'], /the question is empty/],
    [['ask', '', 'README.md'], /the question is empty/],
    [['ask', '  \t', 'README.md'], /the question is empty/],
    [['ask', 'Why?'], /no file is given/],
    [['ask', '--frob', 'Why?', 'README.md'], /There is no option '--frob'/],
  ])('%j says why and exits with 2', async (args, message) => {
    const { code, out, err } = await cli(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
  });

  it('help and version are printed', async () => {
    for (const args of [['--help'], ['help'], ['ask', '--help']]) expect(await cli(...args)).toMatchObject({ code: 0, out: expect.stringContaining('ask "question" FILE…') as string });
    expect(await cli('--version')).toMatchObject({ code: 0, out: `${version()}\n` });
  });
});

describe('the program as npm start runs it', () => {
  const start = (...args: string[]): { code: number; out: string; err: string } => {
    try {
      return { code: 0, out: execFileSync(process.execPath, ['scripts/start.mjs', ...args], { encoding: 'utf8', stdio: 'pipe' }), err: '' };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { code: status, out: stdout, err: stderr };
    }
  };

  it('answers on standard output, and fails with the code and the reason', async () => {
    const path = await file('notes.md', 'The vault of Kelda opens with the code 4711-K.');
    expect(start('ask', 'What is the code of the vault of Kelda?', path)).toMatchObject({ code: 0, out: expect.stringContaining('4711-K') as string });
    expect(start('ask', 'What?', at('gone.md'))).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no such file') as string });
    expect(start('ask', '', path)).toMatchObject({ code: 2, err: expect.stringContaining('the question is empty') as string });
    expect(start('frobnicate')).toMatchObject({ code: 2, err: expect.stringContaining("There is no command 'frobnicate'") as string });
  }, 120_000);
});
