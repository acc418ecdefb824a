// Turns declarations into Markdown.

/** @typedef {import('./read-types.mjs').Declaration} Declaration */

/** A declaration as a section: name, what it is, its signature. */
export function section(/** @type {string} */ name, /** @type {Declaration} */ declaration) {
  const { text, example } = splitDoc(declaration.doc ?? '');
  return [
    `### ${name}`,
    text,
    `\`\`\`ts\n${declaration.code}\n\`\`\``,
    ...(example === '' ? [] : [`Example:\n\`\`\`ts\n${example}\n\`\`\``]),
  ].filter((part) => part !== '').join('\n\n');
}

/** The first sentence of a TSDoc comment; empty when there is none. */
export function firstSentence(/** @type {string | null} */ doc) {
  const text = splitDoc(doc ?? '').text.split('\n\n')[0] ?? '';
  return (/^.*?\.(?=\s|$)/s.exec(text)?.[0] ?? text).replaceAll('\n', ' ');
}

/** TSDoc as Markdown, its example apart. */
function splitDoc(/** @type {string} */ doc) {
  const [about = '', ...tags] = doc.split(/(?:^|(?<=\s))(?=@(?:example|param|returns|throws|deprecated|experimental)\b)/);
  /** @type {string[]} */
  const parts = [about.trim()];
  let example = '';
  for (const tag of tags) {
    const [, kind, rest = ''] = /^@(\w+)\s*([^]*)$/.exec(tag) ?? [];
    const text = rest.trim();
    if (kind === 'example') example = text;
    else if (kind === 'param') parts.push(text.replace(/^(\S+)\s*/, '`$1`: '));
    else if (kind === 'returns') parts.push(`Returns ${text}`);
    else if (kind === 'throws') parts.push(`Throws ${text}`);
    else parts.push(`**${kind}** ${text}`);
  }
  return { text: escape(parts.filter((part) => part !== '').join('\n\n')), example };
}

/** `{@link X}` becomes code; angle brackets outside of code are text, not HTML. */
function escape(/** @type {string} */ text) {
  return text.replace(/\{@link (\S+?)\}/g, '`$1`').split(/(`[^`]*`)/).map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;'))).join('');
}
