// The `@example` blocks of exported declarations, made into programs: what they mention of the package is imported.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./read-page.mjs').Snippet} Snippet */

/**
 * @param {string} folder the sources
 * @param {ReadonlyArray<{ subpath: string, source: string, exports: ReadonlyArray<{ name: string, declaration: { file: string } }> }>} entries
 * @returns {Snippet[]}
 */
export function readExamples(folder, entries) {
  const files = new Set(entries.flatMap(({ exports }) => exports.map(({ declaration }) => `${declaration.file}.ts`)));
  return [...files].sort().flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [...text.matchAll(/^ \* @example\n((?: \*.*\n)*?)(?= \*\/| \* @)/gm)].map((match) => {
      const code = (match[1] ?? '').replaceAll(/^ \* ?/gm, '').trimEnd();
      const line = text.slice(0, match.index).split('\n').length + 1;
      return { page: `src/${file}`, line, code: `${imports(code, file, entries)} ${code}`, mode: /** @type {const} */ ('check'), output: null };
    });
  });
}

/** Import statements, on the line of the code's first, so that line numbers stay right. */
function imports(/** @type {string} */ code, /** @type {string} */ file, /** @type {Parameters<typeof readExamples>[1]} */ entries) {
  const nearest = [...entries].sort((a, b) => distance(a.source, file) - distance(b.source, file));
  /** @type {Set<string>} */
  const done = new Set();
  return nearest.map(({ subpath, exports }) => {
    const names = exports.map(({ name }) => name).filter((name) => !done.has(name)
      && new RegExp(`(?<![.\\w$'])${name}\\b(?!')`).test(code) && !new RegExp(`\\b(?:const|let|function|class|type)\\s+${name}\\b`).test(code));
    for (const name of names) done.add(name);
    return names.length === 0 ? '' : `import { ${names.join(', ')} } from 'blazen-ts${subpath.slice(1)}';`;
  }).join('');
}

/** Own room first, then the rooms by name, the whole package last. */
function distance(/** @type {string} */ source, /** @type {string} */ file) {
  if (source === file || source.split('/')[0] === file.split('/')[0]) return 0;
  return source === 'index.ts' ? 2 : 1;
}
