/** Text structure and nothing else: no links, images, frames, forms or styles, so nothing can be loaded, run or left for. */
export const structureTags: readonly string[] = [
  'p', 'br', 'hr', 'div', 'span', 'section', 'article', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'dl', 'dt', 'dd',
  'blockquote', 'pre', 'code', 'kbd', 'samp', 'em', 'strong', 'b', 'i', 'u', 's', 'del', 'ins', 'sub', 'sup', 'small', 'mark',
  'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td',
];

/** Comments, elements whose content is not shown, tags, and any other '<'; an end that is missing is the end of the text. */
const MARKUP = /<!--[^]*?(?:-->|$)|<(script|style|title|noscript|iframe|noembed|noframes|xmp|textarea)(?![a-z0-9-])[^]*?(?:<\/\1(?![a-z0-9-])[^>]*>|$)|<(\/?)([a-z][a-z0-9]*)(?:[\s/][^<>]*)?>|<![^<>]*>|</gi;
const known = new Set(structureTags);

/**
 * Known tags without their attributes (but the first number of a list), and text. Safe by itself, since no other '<' is
 * left; the sanitiser that follows is the second lock. This one comes first because a browser reports, though it does
 * not run, what it meets while parsing.
 */
export function bareMarkup(html: string): string {
  return html.replaceAll(MARKUP, (match: string, _hidden: string | undefined, slash: string | undefined, name: string | undefined) => {
    if (name === undefined) return match === '<' ? '&lt;' : '';
    if (!known.has(name.toLowerCase())) return '';
    const start = slash === '' && name.toLowerCase() === 'ol' ? /\sstart="?(\d{1,6})(?!\d)/i.exec(match)?.[1] : undefined;
    return `<${slash}${name}${start === undefined ? '' : ` start="${start}"`}>`;
  });
}
