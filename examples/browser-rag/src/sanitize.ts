import DOMPurify from 'dompurify';
import { Marked } from 'marked';
import { bareMarkup, structureTags } from './bare-markup.ts';
import type { Preview } from './protocol.ts';

const ALLOWED = { ALLOWED_TAGS: [...structureTags], ALLOWED_ATTR: ['start'], ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, RETURN_TRUSTED_TYPE: true };

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
