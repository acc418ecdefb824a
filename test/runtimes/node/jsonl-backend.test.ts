import { execFile, spawn } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryCorruptError } from '../../../src/base/error-classes.ts';
import { HashEmbedder, Memory } from '../../../src/memory/index.ts';
import { JsonlBackend } from '../../../src/platform/node/index.ts';
import { memoryBackendSuite } from '../../../src/testing/index.ts';
import { badInputSuite } from '../../helpers/memory-bad-input.ts';
import { createTestApi } from '../../portable/harness/test-api.ts';

let folder = '';
let files = 0;
const fresh = (): string => join(folder, `memory-${files++}.jsonl`);

beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'memory-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a memory in a JSONL file', () => {
  let current = '';
  memoryBackendSuite(createTestApi((name, run) => it(name, run)), {
    create: () => JsonlBackend.create(current = fresh()),
    reopen: () => JsonlBackend.create(current),
    damage: async () => writeFile(current, (await readFile(current, 'utf8')).replace('{"put"', '{"pat"')),
  });

  badInputSuite(createTestApi((name, run) => it(name, run)), {
    create: () => JsonlBackend.create(current = fresh()),
    reopen: () => JsonlBackend.create(current),
  });

  it('keeps everything before a torn last line, and says what it cut off', async () => {
    const path = fresh();
    const first = await JsonlBackend.create(path);
    await new Memory(null, first).addMany([{ id: 'a', text: 'one' }, { id: 'b', text: 'two' }]);
    await first.close();
    const whole = await readFile(path);
    await appendFile(path, '{"put":[{"id":"c","te');
    const torn = await JsonlBackend.create(path);
    expect([torn.recoveredBytes, await torn.count()]).toEqual([21, 2]);
    await new Memory(null, torn).add('d', 'after the crash');
    await torn.close();
    expect((await readFile(path)).subarray(0, whole.length)).toEqual(whole);
    const again = await JsonlBackend.create(path);
    expect([again.recoveredBytes, await again.count()]).toEqual([0, 3]);
    await again.close();
  });

  it('keeps everything before the tear wherever the last line is torn', async () => {
    const path = fresh();
    const backend = await JsonlBackend.create(path);
    const memory = Memory.withJsonl(new HashEmbedder(), backend);
    await memory.add('first', 'a lamp');
    const before = (await readFile(path)).length;
    await memory.addMany([{ id: 'second', text: 'oil für 😀' }, { id: 'third', text: 'fog' }]);
    await memory.close();
    const bytes = await readFile(path);
    for (let cut = before; cut < bytes.length; cut += cut < before + 60 || cut > bytes.length - 40 ? 1 : 97) {
      await writeFile(path, bytes.subarray(0, cut));
      const torn = await JsonlBackend.create(path);
      // Of the last call both entries are there, or neither.
      expect([torn.recoveredBytes, await torn.count()]).toEqual([cut - before, 1]);
      expect((await Memory.withJsonl(new HashEmbedder(), torn).search('lamp', 1))[0]?.id).toBe('first');
      await torn.close();
    }
  });

  it('refuses a file that is damaged in the middle or is something else, and leaves it as it is', async () => {
    const path = fresh();
    const backend = await JsonlBackend.create(path);
    for (const id of ['a', 'b', 'c']) await new Memory(null, backend).add(id, `text ${id}`);
    await backend.close();
    const lines = (await readFile(path, 'utf8')).split('\n');
    for (const damaged of [lines.with(2, '{"put":[{'), lines.with(0, '{"format":"other"}'), lines.with(1, 'null')]) {
      await writeFile(path, damaged.join('\n'));
      await expect(JsonlBackend.create(path)).rejects.toBeInstanceOf(MemoryCorruptError);
      expect(await readFile(path, 'utf8')).toBe(damaged.join('\n'));
    }
  });

  it('is written anew when most of it is outdated', async () => {
    const path = fresh();
    const backend = await JsonlBackend.create(path);
    const memory = new Memory(null, backend);
    const sizes: number[] = [];
    for (let round = 0; round < 12; round++) {
      await memory.addMany(Array.from({ length: 200 }, (_, i) => ({ id: `e${i}`, text: `round ${round}` })), { batchSize: 200 });
      sizes.push((await stat(path)).size);
    }
    await backend.close();
    expect(Math.max(...sizes)).toBeLessThan((sizes[0] as number) * 6);
    const again = await JsonlBackend.create(path);
    expect([await again.count(), (await again.getMany(['e7']))[0]?.text]).toEqual([200, 'round 11']);
    await again.close();
  });

  it('on a full disk is a typed error that keeps what was there, and takes what still fits', async () => {
    const path = fresh();
    const script = join(folder, 'filler.mjs');
    await build({
      stdin: {
        contents: `
          import { MemoryQuotaError } from './src/memory/segments/index.ts';
          import { Memory } from './src/memory/index.ts';
          import { JsonlBackend } from './src/platform/node/index.ts';
          const memory = new Memory(null, await JsonlBackend.create(process.argv[2]));
          await memory.add('same', 'entry');
          let stored = 0;
          const fill = async (prefix, words, batch) => {
            for (let i = 0; ; i++) {
              const entries = Array.from({ length: batch }, (_, k) => ({ id: prefix + (i * batch + k), text: 'word '.repeat(words) }));
              const error = await memory.addMany(entries).then(() => null, (error) => error);
              if (error !== null) return error;
              stored += batch;
            }
          };
          const errors = [await fill('large', 400, 7), await fill('small', 1, 1)];
          console.log(JSON.stringify({
            stored, counted: await memory.count(), found: (await memory.search('entry', 1)).map(({ id }) => id),
            typed: errors.map((error) => error instanceof MemoryQuotaError && error.cause.code),
          }));`,
        resolveDir: join(import.meta.dirname, '../../..'), loader: 'ts',
      },
      bundle: true, platform: 'node', format: 'esm', outfile: script, logLevel: 'silent', conditions: ['node'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    // A file may grow to 200 KiB, whoever runs the test.
    const { stdout } = await promisify(execFile)('bash', ['-c', `ulimit -f 200; exec "$0" "$1" "$2"`, process.execPath, script, path]);
    const { stored, counted, found, typed } = JSON.parse(stdout) as { stored: number; counted: number; found: string[]; typed: string[] };
    expect(typed).toEqual(['EFBIG', 'EFBIG']);
    expect([counted, found]).toEqual([stored + 1, ['same']]);
    const size = (await stat(path)).size;
    expect(size).toBeLessThanOrEqual(200 * 1024);
    const backend = await JsonlBackend.create(path);
    expect([backend.recoveredBytes, await backend.count()]).toEqual([0, stored + 1]);
    await new Memory(null, backend).add('more', 'there is room again');
    await backend.close();
    const again = await JsonlBackend.create(path);
    expect(await again.count()).toBe(stored + 2);
    await again.close();
  });

  it('that cannot be written anew keeps taking entries', async () => {
    const path = fresh();
    const backend = await JsonlBackend.create(path);
    await mkdir(`${path}.new`);
    const memory = new Memory(null, backend);
    for (let round = 0; round < 9; round++) {
      await memory.addMany(Array.from({ length: 200 }, (_, i) => ({ id: `e${i}`, text: `round ${round}` })), { batchSize: 200 });
    }
    await backend.close();
    const again = await JsonlBackend.create(path);
    expect([await again.count(), (await again.getMany(['e7']))[0]?.text]).toEqual([200, 'round 8']);
    await again.close();
  });

  it('loses nothing that was acknowledged when the process is killed', async () => {
    const path = fresh();
    const script = join(folder, 'writer.mjs');
    await build({
      stdin: {
        contents: `
          import { Memory } from './src/memory/index.ts';
          import { JsonlBackend } from './src/platform/node/index.ts';
          const memory = new Memory(null, await JsonlBackend.create(process.argv[2]));
          for (let i = 0; ; i++) {
            await memory.addMany([{ id: 'a' + i, text: 'entry ' + i }, { id: 'b' + i, text: 'entry ' + i }]);
            process.stdout.write(i + '\\n');
          }`,
        resolveDir: join(import.meta.dirname, '../../..'), loader: 'ts',
      },
      bundle: true, platform: 'node', format: 'esm', outfile: script, logLevel: 'silent',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    const writer = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    writer.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.split('\n').length > 30) writer.kill('SIGKILL');
    });
    await new Promise((resolve) => { writer.on('close', resolve); });
    const last = Number(output.trim().split('\n').at(-1));
    expect(last).toBeGreaterThanOrEqual(29);
    const backend = await JsonlBackend.create(path);
    const ids = Array.from({ length: last + 1 }, (_, i) => [`a${i}`, `b${i}`]).flat();
    expect((await backend.getMany(ids)).every((entry) => entry !== null)).toBe(true);
    // Both entries of a call are there, or neither is.
    expect(await backend.count() % 2).toBe(0);
    await backend.close();
  });
});
