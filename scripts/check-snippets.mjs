// Checks what the documentation says: every ```ts fence is compiled against the built package, those marked `ts run` are
// run in Node (`ts run everywhere` also in Deno, workerd and Chromium) and must print the ```text fence that follows;
// every link leads somewhere and every file of the repository that is named is there. `--in <folder>` checks the pages of another folder.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { check, finish } from './checks.mjs';
import { readExamples } from './docs/read-examples.mjs';
import { readPage } from './docs/read-page.mjs';
import { createTypesReader } from './docs/read-types.mjs';
import { inNode, otherHosts } from './docs/run-snippet.mjs';
import { bin, root, runCommand } from './run-command.mjs';

/** @typedef {import('./docs/read-page.mjs').Snippet} Snippet */

const option = process.argv.indexOf('--in');
const folder = option < 0 ? root : join(process.cwd(), process.argv[option + 1] ?? '');
const scratch = join(root, '.cache', folder === root ? 'snippets' : 'snippets-planted');
rmSync(scratch, { recursive: true, force: true });
mkdirSync(scratch, { recursive: true });

const pages = new Map(markdown().map((path) => [path, readPage(path, readFileSync(join(folder, path), 'utf8'))]));
// The reference repeats declarations and examples of the sources: its code is not checked twice. Pages inside other
// folders are for contributors; only their links are checked.
const written = [...pages].filter(([path]) => /^[^/]+$|^docs\/(?!api\/)/.test(path)).map(([, page]) => page);
const snippets = written.flatMap((page) => page.snippets);
const examples = folder === root ? readExamples(join(root, 'src'), createTypesReader().readEntries()) : [];

/** @type {Map<string, Snippet>} */
const files = new Map();
for (const snippet of [...snippets, ...examples]) {
  const file = `${snippet.page.replaceAll(/[^\w]/g, '-')}-${snippet.line}.ts`;
  files.set(file, snippet);
  // As many empty lines before as on the page: the compiler's line numbers are the page's.
  writeFileSync(join(scratch, file), `${'\n'.repeat(snippet.line - 1)}${snippet.code}\nexport {};\n`);
}

await check(`${snippets.length} snippets and ${examples.length} examples compile against the built package`, compile);
for (const [file, snippet] of files) if (snippet.mode !== 'check') await runSnippet(join(scratch, file), snippet);
await check(`${[...pages.values()].reduce((sum, { links }) => sum + links.length, 0)} links of ${pages.size} pages lead somewhere`, checkLinks);
finish('docs');

async function compile() {
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      strict: true, target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'], module: 'preserve', moduleResolution: 'bundler',
      types: ['node'], noEmit: true, skipLibCheck: true,
    },
    files: [...files.keys(), '../../scripts/docs/example-names.d.ts'],
  }));
  await runCommand(bin('tsc'), ['-p', scratch, '--pretty', 'false'], { cwd: scratch }).catch((/** @type {Error} */ error) => {
    throw new Error(error.message.replaceAll(/^(?:.*\/)?([\w-]+\.ts)(?=\()/gm, (name) => files.get(name.replace(/.*\//, ''))?.page ?? name));
  });
}

async function runSnippet(/** @type {string} */ file, /** @type {Snippet} */ { page, line, code, mode, output }) {
  const compare = (/** @type {string} */ printed) => {
    if (output !== null && printed.trim() !== output.trim()) throw new Error(`printed:\n${printed.trim()}\ninstead of:\n${output.trim()}`);
  };
  await check(`${page}:${line} in Node`, async () => compare(await inNode(file, code)));
  if (mode !== 'run everywhere') return;
  for (const [host, run] of Object.entries(otherHosts)) await check(`${page}:${line} in ${host}`, async () => compare(await run(file)));
}

async function checkLinks() {
  const packed = folder === root ? await packedFiles() : null;
  /** @type {string[]} */
  const broken = [];
  for (const { page, line, target } of [...pages.values()].flatMap(({ links }) => links)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    const report = (/** @type {string} */ reason) => broken.push(`${page}:${line}: ${target}: ${reason}`);
    if (statSync(join(folder, file), { throwIfNoEntry: false }) === undefined) report('no such file');
    else if (anchor !== undefined && pages.get(file)?.anchors.has(anchor) !== true) report('no such heading');
    // What is read in node_modules must not point out of the package; README.md is also the page of the repository.
    else if (packed?.has(page) && page !== 'README.md' && !packed.has(file)) report('not in the package');
  }
  for (const { page, line, target } of written.flatMap(({ paths }) => paths)) {
    // `test/portable/memory*.ts` names at least one file, `test/runtimes/*` the folder.
    const [stem = ''] = target.split('*');
    const there = target.includes('*')
      ? readdirIfAny(join(folder, stem.slice(0, stem.lastIndexOf('/')))).some((name) => name.startsWith(stem.slice(stem.lastIndexOf('/') + 1)))
      : statSync(join(folder, target), { throwIfNoEntry: false }) !== undefined;
    if (!there) broken.push(`${page}:${line}: ${target}: no such file`);
  }
  if (broken.length > 0) throw new Error(broken.join('\n'));
}

function readdirIfAny(/** @type {string} */ path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(path) : [];
}

async function packedFiles() {
  const [{ files: list }] = JSON.parse(await runCommand('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root }));
  return new Set(list.map((/** @type {{ path: string }} */ { path }) => path));
}

/** The pages: those at the top, those of docs, and the readmes of folders that have one. */
function markdown() {
  const inside = (/** @type {string} */ path) => readdirSync(join(folder, path), { recursive: true }).map((name) => join(path, String(name)));
  const list = folder === root
    ? [...readdirSync(folder), ...inside('docs'), 'bench/README.md', 'test/portable/README.md', 'test/fixtures/providers/README.md']
    : readdirSync(folder).map(String);
  return list.filter((path) => /\.(md|txt)$/.test(path)).sort();
}
