import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** Compiler messages that mean "this name or namespace is unknown here". */
const unknownName = [
  /error TS\d+: Cannot find (?:name|namespace) '(\w+)'/,
  /error TS7053: .*"(\w+)"' can't be used to index type 'typeof globalThis'/,
  /error TS2339: Property '(\w+)' does not exist on type 'typeof globalThis'/,
];

/** `globalThis.name` is reported without the name: it stands at the reported position. */
const unnamed = /error TS7017: .*'typeof globalThis'/;

/** The host names that a source folder needs, found by compiling it without DOM and without any host's types. */
export async function readAmbientNames(root: string, exclude: readonly string[]): Promise<Map<string, string[]>> {
  mkdirSync('.cache', { recursive: true });
  const folder = mkdtempSync('.cache/ambient-');
  try {
    const config = join(folder, 'tsconfig.json');
    writeFileSync(config, JSON.stringify({
      extends: relative(folder, resolve('tsconfig.json')),
      compilerOptions: { lib: ['ES2023'], types: [], allowJs: false, checkJs: false },
      include: [relative(folder, resolve(root))],
      exclude: exclude.map((path) => relative(folder, resolve(root, path))),
    }));
    const output = await compile(config);
    const found = new Map<string, string[]>();
    for (const line of output.split('\n')) {
      const [, file, row, column] = /^(.+?)\((\d+),(\d+)\)/.exec(line) ?? [];
      if (file === undefined) continue;
      const name = unnamed.test(line)
        ? /^\w+/.exec(readFileSync(file, 'utf8').split('\n')[Number(row) - 1]!.slice(Number(column) - 1))?.[0]
        : unknownName.map((pattern) => pattern.exec(line)?.[1]).find((hit) => hit !== undefined);
      if (name === undefined) continue;
      // Declarations of our dependencies are compiled too; only our own files count.
      const own = relative(resolve(root), resolve(file));
      if (own.startsWith('..')) continue;
      found.set(name, [...new Set([...(found.get(name) ?? []), own])]);
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** tsc exits with an error here by design: its messages are the answer. */
function compile(config: string): Promise<string> {
  const tsc = resolve('node_modules/typescript/bin/tsc');
  return new Promise((done, fail) => {
    execFile(process.execPath, [tsc, '-p', config, '--pretty', 'false'], { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error !== null && stdout === '') fail(new Error(`tsc did not run: ${stderr || error.message}`));
      else done(stdout);
    });
  });
}
