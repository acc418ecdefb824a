import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import type { Preview } from './protocol.ts';

/** Text structure and nothing else: no links, images, frames, forms or styles, so nothing can be loaded, run or left for. */
const ALLOWED = {
  ALLOWED_TAGS: [
    'p', 'br', 'hr', 'div', 'span', 'section', 'article', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'dl', 'dt', 'dd',
    'blockquote', 'pre', 'code', 'kbd', 'samp', 'em', 'strong', 'b', 'i', 'u', 's', 'del', 'ins', 'sub', 'sup', 'small', 'mark',
    'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td',
  ],
  ALLOWED_ATTR: ['colspan', 'rowspan', 'start'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_TRUSTED_TYPE: true,
};

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
  return DOMPurify.sanitize(html, ALLOWED);
}
