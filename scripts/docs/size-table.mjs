// The table of entries and their sizes in README.md: written from what `npm run size` measured, and compared with it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entries } from '../entries.mjs';
import { root } from '../run-command.mjs';

/** How far a quoted size may be from the measured one: 5 %, or 100 bytes. */
const near = (/** @type {number} */ quoted, /** @type {number} */ bytes) => Math.abs(quoted * 1024 - bytes) <= Math.max(100, bytes * 0.05);
const kilobytes = (/** @type {number} */ bytes) => (bytes / 1024).toFixed(1);

/** The lines of the table. Vendors are one line: the smallest and the largest. */
export function sizeTable(/** @type {ReadonlyMap<string, number>} */ sizes) {
  const lines = quotable(sizes).map(({ name, what, bytes }) => `| ${name} | ${what} | ${bytes.length === 0 ? 'not for browsers' : `${bytes.map(kilobytes).join('–')} KB`} |`);
  return ['| import | what | gzip |', '|---|---|---|', ...lines].join('\n');
}

/** Says what of the README's table is not (or no longer) true; empty when all is. @returns {string[]} */
export function staleSizes(/** @type {string} */ readme, /** @type {ReadonlyMap<string, number>} */ sizes) {
  return quotable(sizes).flatMap(({ name, bytes }) => {
    const line = readme.split('\n').find((text) => text.startsWith(`| ${name} |`));
    if (line === undefined) return [`${name}: not in the table`];
    if (bytes.length === 0) return [];
    const quoted = (/([\d.–]+) KB \|$/.exec(line)?.[1] ?? '').split('–').map(Number);
    return quoted.length === bytes.length && quoted.every((size, i) => near(size, bytes[i] ?? 0)) ? [] : [`${name}: ${quoted.join('–')} KB is quoted, ${bytes.map(kilobytes).join('–')} KB measured`];
  });
}

function quotable(/** @type {ReadonlyMap<string, number>} */ sizes) {
  const bytesOf = (/** @type {string} */ name) => sizes.has(name) ? [/** @type {number} */ (sizes.get(name))] : [];
  const isVendor = (/** @type {string} */ subpath) => subpath.startsWith('./providers/');
  const vendors = entries.filter(({ subpath }) => isVendor(subpath)).flatMap(({ subpath }) => bytesOf(subpath));
  return [
    { name: 'a program of two steps', what: 'What a bundler keeps of `blazen-ts/workflow` for it.', bytes: bytesOf('a two-step workflow') },
    { name: 'a program that asks, is saved and resumed', what: 'The same with `pause`, `snapshot` and `resume` of `blazen-ts/durable`.', bytes: bytesOf('a workflow that asks, is saved and resumed') },
    { name: 'a memory with all it may load', what: 'Vectors of any number, keyword search, filters and the chunker of `blazen-ts/memory`; a small one loads less.', bytes: bytesOf('a memory with filters, of any size, and a chunker') },
    ...entries.filter(({ subpath }) => !isVendor(subpath)).map(({ subpath, source }) => ({
      name: `\`blazen-ts${subpath.slice(1)}\``, what: about(source), bytes: bytesOf(subpath),
    })),
    { name: '`blazen-ts/providers/…`', what: `Chat and embedding models, one entry for each of ${vendors.length} vendors and dialects.`, bytes: [Math.min(...vendors), Math.max(...vendors)] },
  ];
}

/** First sentence of what a room says about itself. */
function about(/** @type {string} */ source) {
  const [, comment = ''] = /^\/\*\*([^]*?)\*\//.exec(readFileSync(join(root, 'src', source), 'utf8')) ?? [];
  const text = comment.replaceAll(/^\s*\* ?/gm, '').replace('@module', '').replaceAll('\n', ' ').trim();
  return /^.*?\.(?=\s|$)/.exec(text)?.[0] ?? text;
}
