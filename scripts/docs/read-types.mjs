// Reads the public surface out of the emitted declarations: for each entry what it exports, the declaration's text and
// its TSDoc. The parser is vite's: TypeScript 7 has no JavaScript API.
import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'vite';
import { entries, stem } from '../entries.mjs';
import { root } from '../run-command.mjs';

/**
 * @typedef {object} Declaration
 * @property {string} id file and name: the same for every entry that exports it
 * @property {string} file under dist/types, without extension
 * @property {string} name as declared
 * @property {'class' | 'function' | 'const' | 'interface' | 'type'} kind
 * @property {string | null} doc text of the TSDoc comment, without its stars
 * @property {string} code signature without bodies, internals and the words `export declare`
 * @property {readonly string[]} names every identifier the signature mentions
 * @property {boolean} exported by its file
 */
/** @typedef {{ name: string, declaration: Declaration }} Export */
/** @typedef {{ subpath: string, source: string, about: string, exports: Export[] }} EntryTypes */
/** @typedef {{ type: string, start: number, end: number, [key: string]: any }} Node */
/** @typedef {{ text: string, body: Node[], comments: Array<{ value: string, start: number, end: number }> }} Module */

const kinds = /** @type {Readonly<Record<string, Declaration['kind']>>} */ ({
  ClassDeclaration: 'class', FunctionDeclaration: 'function', TSDeclareFunction: 'function', VariableDeclaration: 'const',
  TSInterfaceDeclaration: 'interface', TSTypeAliasDeclaration: 'type',
});

/** Reads dist/types; `npm run build` first. */
export function createTypesReader(folder = join(root, 'dist/types')) {
  /** @type {Map<string, Module>} */
  const modules = new Map();
  /** @type {Map<string, Declaration | null>} */
  const declarations = new Map();

  return { readEntries, resolve };

  /** Every entry with all its exports. @returns {EntryTypes[]} */
  function readEntries() {
    return entries.map(({ subpath, source }) => ({
      subpath, source, about: moduleComment(stem(source)),
      exports: exportedNames(stem(source)).map((name) => {
        const declaration = resolve(stem(source), name);
        if (declaration === null) throw new Error(`Cannot find the declaration of '${name}', exported from ${subpath}`);
        return { name, declaration };
      }),
    }));
  }

  /** The declaration behind a name as a file sees it: its own, imported or re-exported; null for names of others. @returns {Declaration | null} */
  function resolve(/** @type {string} */ file, /** @type {string} */ name) {
    const id = `${file}#${name}`;
    const known = declarations.get(id);
    if (known !== undefined) return known;
    const { body } = load(file);
    const nodes = body.map((node) => node.declaration ?? node).filter((node) => kinds[node.type] !== undefined && declaredName(node) === name);
    const found = nodes.length > 0 ? describe(file, name, body, nodes) : fromElsewhere(file, name);
    declarations.set(id, found);
    return found;
  }

  /** @returns {Declaration | null} */
  function fromElsewhere(/** @type {string} */ file, /** @type {string} */ name) {
    for (const node of load(file).body) {
      if (!node.source?.value.startsWith('.')) continue;
      for (const specifier of node.specifiers ?? []) {
        const here = specifier.type === 'ExportSpecifier' ? specifier.exported : specifier.local;
        const there = specifier.type === 'ExportSpecifier' ? specifier.local : specifier.imported;
        if (here.name === name && there !== undefined) return resolve(stem(posix.join(dirname(file), node.source.value)), there.name);
      }
    }
    return null;
  }

  /** @returns {string[]} */
  function exportedNames(/** @type {string} */ file) {
    const names = load(file).body.flatMap((node) => {
      if (node.type !== 'ExportNamedDeclaration') return [];
      return node.declaration ? [declaredName(node.declaration)] : node.specifiers.map((/** @type {Node} */ specifier) => specifier.exported.name);
    });
    return [...new Set(names)];
  }

  /** @returns {Declaration} */
  function describe(/** @type {string} */ file, /** @type {string} */ name, /** @type {Node[]} */ body, /** @type {Node[]} */ nodes) {
    const module = load(file);
    const outer = nodes.map((node) => body.find((statement) => statement === node || statement.declaration === node) ?? node);
    const docs = outer.map((node) => commentBefore(module, node.start)).filter((doc) => doc !== null);
    /** @type {Set<string>} */
    const names = new Set();
    const code = outer.map((node) => signature(module, node, names)).join('\n');
    names.delete(name);
    // A type may have the name of a value; the value is what the page lists.
    const [kind = 'type'] = nodes.map(({ type }) => /** @type {Declaration['kind']} */ (kinds[type])).sort((a, b) => Number(a === 'type') - Number(b === 'type'));
    return { id: `${file}#${name}`, file, name, kind, doc: docs[0] ?? null, code, names: [...names], exported: outer.some((node) => node.type === 'ExportNamedDeclaration') };
  }

  /** @returns {Module} */
  function load(/** @type {string} */ file) {
    const known = modules.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(join(folder, `${file}.d.ts`), 'utf8');
    const { program, comments, errors } = parseSync(`${file}.d.ts`, text);
    if (errors.length > 0) throw new SyntaxError(`${file}.d.ts: ${errors[0]?.message}`);
    const module = { text, body: /** @type {Node[]} */ (/** @type {unknown} */ (program.body)), comments };
    modules.set(file, module);
    return module;
  }

  /** What the file says about itself in its `@module` comment. */
  function moduleComment(/** @type {string} */ file) {
    const comment = load(file).comments.find(({ value }) => value.includes('@module'));
    return comment === undefined ? '' : plain(comment.value).replace('@module', '').trim();
  }
}

/** @returns {string | undefined} */
function declaredName(/** @type {Node} */ node) {
  return node.type === 'VariableDeclaration' ? node.declarations[0].id.name : node.id?.name;
}

/** Text of the TSDoc comment that ends where the node begins. @returns {string | null} */
function commentBefore(/** @type {Module} */ { text, comments }, /** @type {number} */ start) {
  const comment = comments.findLast(({ value, end }) => value.startsWith('*') && end <= start && text.slice(end, start).trim() === '');
  return comment === undefined ? null : plain(comment.value);
}

/** A comment's text without its stars. */
function plain(/** @type {string} */ value) {
  return value.replace(/^\*/, '').split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd()).join('\n').trim();
}

/** The text of a declaration without internal members; the names it mentions go to `names`. */
function signature(/** @type {Module} */ module, /** @type {Node} */ node, /** @type {Set<string>} */ names) {
  /** @type {Array<readonly [start: number, end: number]>} */
  const cuts = [];
  const members = node.declaration?.body?.body ?? [];
  for (const member of Array.isArray(members) ? members : []) {
    const doc = commentBefore(module, member.start) ?? '';
    const hidden = member.key?.type === 'PrivateIdentifier' || ['private', 'protected'].includes(member.accessibility) || doc.includes('@internal');
    if (!hidden) continue;
    const comment = module.comments.findLast(({ end }) => end <= member.start && module.text.slice(end, member.start).trim() === '');
    const from = comment !== undefined && doc !== '' ? comment.start : member.start;
    cuts.push([module.text.lastIndexOf('\n', from), member.end]);
  }
  walk(node, (child) => {
    if (cuts.some(([from, to]) => child.start >= from && child.end <= to)) return;
    if (child.type === 'Identifier') names.add(child.name);
  });
  let code = module.text.slice(node.start, node.end);
  for (const [from, to] of cuts.reverse()) code = code.slice(0, from - node.start) + code.slice(to - node.start);
  return code.replace(/^export (declare )?/, '').replace(/^ +/gm, (spaces) => ' '.repeat(Math.ceil(spaces.length / 2)));
}

function walk(/** @type {Node} */ node, /** @type {(node: Node) => void} */ visit) {
  visit(node);
  for (const child of Object.values(node)) {
    for (const item of Array.isArray(child) ? child : [child]) if (typeof item?.type === 'string') walk(item, visit);
  }
}
