import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import type { Preview } from './protocol.ts';

/** Text structure and nothing else: no links, images, frames, forms or styles, so nothing can be loaded, run or left for. */
const TAGS = [
  'p', 'br', 'hr', 'div', 'span', 'section', 'article', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'dl', 'dt', 'dd',
  'blockquote', 'pre', 'code', 'kbd', 'samp', 'em', 'strong', 'b', 'i', 'u', 's', 'del', 'ins', 'sub', 'sup', 'small', 'mark',
  'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td',
];
const ALLOWED = { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: [], ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, RETURN_TRUSTED_TYPE: true };

/** Comments, elements whose content is not shown, tags, and any other '<'; an end that is missing is the end of the text. */
const MARKUP = /<!--[^]*?(?:-->|$)|<(script|style|title|noscript|iframe|noembed|noframes|xmp|textarea)(?![a-z0-9-])[^]*?(?:<\/\1(?![a-z0-9-])[^>]*>|$)|<(\/?)([a-z][a-z0-9]*)(?:[\s/][^<>]*)?>|<![^<>]*>|</gi;
const known = new Set(TAGS);

const marked = new Marked({ gfm: true, breaks: false });
/** A quote is part of our page's outline: its headings are only text. */
const markedQuote = new Marked({ gfm: true }, {
  renderer: {
    heading({ tokens }) {
      return `<p><strong>${this.parser.parseInline(tokens)}</strong></p>`;
    },
  },
});

/** Foreign markup made safe to show. Typed as a string, because the component library knows nothing else. */
export function sanitize({ kind, source }: Preview, quoted = false): string {
  const html = kind === 'html' ? source : (quoted ? markedQuote : marked).parse(source, { async: false });
  return DOMPurify.sanitize(bareMarkup(html), ALLOWED);
}

/**
 * Known tags without their attributes, and text. Safe by itself, since no other '<' is left; the sanitiser that follows
 * is the second lock. It comes first because a browser reports, though it does not run, what it meets while parsing.
 */
function bareMarkup(html: string): string {
  return html.replaceAll(MARKUP, (match: string, _hidden: string | undefined, slash: string | undefined, name: string | undefined) => {
    if (name !== undefined) return known.has(name.toLowerCase()) ? `<${slash}${name}>` : '';
    return match === '<' ? '&lt;' : '';
  });
}
