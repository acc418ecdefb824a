// npm run docs: writes docs/api from the emitted declarations, one page per entry, and docs/llms.txt.
// With --check (part of npm test): fails when a page is stale or an export has no TSDoc sentence.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, finish } from './checks.mjs';
import { firstSentence, section } from './docs/api-page.mjs';
import { llmsText } from './docs/llms-text.mjs';
import { createTypesReader } from './docs/read-types.mjs';
import { root } from './run-command.mjs';

/** @typedef {import('./docs/read-types.mjs').Declaration} Declaration */

const reader = createTypesReader();
const all = reader.readEntries();
const homes = findHomes();
const supporting = findSupporting();

/** @type {Map<string, string>} */
const pages = new Map();
for (const entry of all) pages.set(pageName(entry.subpath), entryPage(entry));
pages.set('types.md', supportingPage());
pages.set('README.md', overview());

const undocumented = [...new Set(all.flatMap(({ subpath, exports }) =>
  exports.filter(({ declaration }) => firstSentence(declaration.doc) === '').map(({ name, declaration }) => `${name} (${subpath}, src/${declaration.file}.ts)`)))];
const folder = join(root, 'docs/api');

await check(`every one of ${homes.size} exported names has a TSDoc sentence`, () => {
  if (undocumented.length > 0) throw new Error(`without one:\n${undocumented.join('\n')}`);
});
if (process.argv.includes('--check')) {
  await check(`${pages.size} pages of docs/api are those of the build`, () => {
    const present = readdirSync(folder);
    const stale = [...pages].filter(([name, text]) => !present.includes(name) || readFileSync(join(folder, name), 'utf8') !== text).map(([name]) => name);
    stale.push(...present.filter((name) => !pages.has(name)));
    if (stale.length > 0) throw new Error(`stale: ${stale.join(', ')}. Run npm run docs`);
  });
  await check('docs/llms.txt lists the pages there are', () => {
    if (readFileSync(join(root, 'docs/llms.txt'), 'utf8') !== llmsText()) throw new Error('stale. Run npm run docs');
  });
} else {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(folder, name), text);
  writeFileSync(join(root, 'docs/llms.txt'), llmsText());
}
finish('api');

function pageName(/** @type {string} */ subpath) {
  return `${subpath === '.' ? 'blazen-ts' : subpath.slice(2).replaceAll('/', '-')}.md`;
}

/** Where each declaration is described in full: the entry of its own room, else the first that exports it. */
function findHomes() {
  /** @type {Map<string, string>} */
  const found = new Map();
  const nearest = all.toSorted((a, b) => roomOf(b.source).length - roomOf(a.source).length);
  for (const own of [true, false]) {
    for (const { subpath, source, exports } of own ? nearest : all) {
      for (const { declaration: { id, file } } of exports) if (!found.has(id) && (!own || file.startsWith(roomOf(source)))) found.set(id, subpath);
    }
  }
  return found;
}

/** `memory/index.ts` stands for all of `memory/`, `providers/openai.ts` for itself. */
function roomOf(/** @type {string} */ source) {
  return source.endsWith('index.ts') ? source.slice(0, -'index.ts'.length) : source.replace(/\.ts$/, '');
}

/** Interfaces and types that signatures mention and no entry exports. @returns {Declaration[]} */
function findSupporting() {
  /** @type {Map<string, Declaration>} */
  const found = new Map();
  const queue = all.flatMap(({ exports }) => exports.map(({ declaration }) => declaration));
  for (const declaration of queue) {
    for (const name of declaration.names) {
      const other = reader.resolve(declaration.file, name);
      if (other === null || homes.has(other.id) || found.has(other.id)) continue;
      if (!other.exported || !['interface', 'type'].includes(other.kind) || (other.doc ?? '').includes('@internal')) continue;
      found.set(other.id, other);
      queue.push(other);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function entryPage(/** @type {(typeof all)[number]} */ { subpath, about, exports }) {
  const here = exports.filter(({ declaration }) => homes.get(declaration.id) === subpath);
  const elsewhere = exports.filter(({ declaration }) => homes.get(declaration.id) !== subpath);
  const values = here.filter((item) => !isType(item));
  const types = here.filter(isType);
  const sections = (/** @type {typeof exports} */ list) => list.map(({ name, declaration }) => section(name, declaration));
  return `${[
    `# blazen-ts${subpath.slice(1)}`,
    about,
    ...(values.length > 0 ? ['## Functions, classes and values', ...sections(values)] : []),
    ...(types.length > 0 ? ['## Types', ...sections(types)] : []),
    ...(elsewhere.length > 0 ? [
      '## Also exported here',
      elsewhere.map(({ name, declaration }) => {
        const page = pageName(/** @type {string} */ (homes.get(declaration.id)));
        return `* [${name}](${page}#${declaration.name.toLowerCase()}): ${firstSentence(declaration.doc)}`;
      }).join('\n'),
    ] : []),
  ].filter((part) => part !== '').join('\n\n')}\n`;
}

function isType(/** @type {{ declaration: Declaration }} */ { declaration }) {
  return ['interface', 'type'].includes(declaration.kind);
}

function firstValue(/** @type {Array<{ declaration: Declaration }>} */ exports) {
  return exports.find((item) => !isType(item))?.declaration;
}

function supportingPage() {
  return `${[
    '# Supporting types',
    'Interfaces and types that signatures mention and that no entry exports by name: what they hold, for reading.',
    ...supporting.map((declaration) => section(declaration.name, declaration)),
  ].join('\n\n')}\n`;
}

function overview() {
  const rows = all.map(({ subpath, about, exports }) =>
    `| [\`blazen-ts${subpath.slice(1)}\`](${pageName(subpath)}) | ${exports.length} | ${firstSentence(about) || firstSentence(firstValue(exports)?.doc ?? '')} |`);
  return `# Reference

Generated from the emitted declarations by \`npm run docs\`; \`npm test\` says when it is stale. The guides are the place to
start: [docs/guides](../guides/README.md).

| entry | names | what |
|---|---|---|
${rows.join('\n')}

[Supporting types](types.md): what signatures mention beside the exported names.
`;
}
