// Reads a Markdown page: its code fences, its headings as anchors, its links.

/**
 * @typedef {object} Snippet
 * @property {string} page path of the page
 * @property {number} line of the page on which the code begins
 * @property {string} code
 * @property {'check' | 'run' | 'run everywhere'} mode
 * @property {string | null} output what it must print: the text fence that follows it
 */
/** @typedef {{ page: string, line: number, target: string }} Link */
/** @typedef {{ snippets: Snippet[], anchors: ReadonlySet<string>, links: Link[], paths: Link[] }} Page `paths`: files of the repository, named in code */

const modes = /** @type {Readonly<Record<string, Snippet['mode']>>} */ ({ 'ts': 'check', 'ts run': 'run', 'ts run everywhere': 'run everywhere' });

/** @returns {Page} */
export function readPage(/** @type {string} */ page, /** @type {string} */ text) {
  /** @type {Page & { anchors: Set<string> }} */
  const found = { snippets: [], anchors: new Set(), links: [], paths: [] };
  const lines = text.split('\n');
  /** The fence before, when nothing but blank lines stands between. @type {Snippet | null} */
  let before = null;
  for (let i = 0; i < lines.length; i++) {
    const line = /** @type {string} */ (lines[i]);
    const [, info] = /^```(.*)$/.exec(line) ?? [];
    if (info !== undefined) {
      const end = lines.indexOf('```', i + 1);
      if (end < 0) throw new Error(`${page}:${i + 1}: the fence is not closed`);
      const code = lines.slice(i + 1, end).join('\n');
      const mode = modes[info.trim()];
      if (info.startsWith('ts') && mode === undefined) throw new Error(`${page}:${i + 1}: unknown kind of fence '${info}'. Known: ${Object.keys(modes).join(', ')}`);
      if (info.trim() === 'text' && before !== null) before.output = code;
      before = mode === undefined ? null : { page, line: i + 2, code, mode, output: null };
      if (before !== null) found.snippets.push(before);
      i = end;
      continue;
    }
    if (line.trim() !== '') before = null;
    const [, heading] = /^#{1,6} (.*)$/.exec(line) ?? [];
    if (heading !== undefined) found.anchors.add(anchorOf(heading, found.anchors));
    for (const [, target] of line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) found.links.push({ page, line: i + 1, target: /** @type {string} */ (target) });
    for (const [, target] of line.matchAll(/`((?:bench|e2e|examples|scripts|src|test)\/[\w./*-]+)`/g)) found.paths.push({ page, line: i + 1, target: /** @type {string} */ (target) });
  }
  return found;
}

/** The anchor a heading gets on GitHub. */
function anchorOf(/** @type {string} */ heading, /** @type {ReadonlySet<string>} */ taken) {
  const base = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-');
  let anchor = base;
  for (let n = 1; taken.has(anchor); n++) anchor = `${base}-${n}`;
  return anchor;
}
