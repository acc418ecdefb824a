/** Name of the highlight, as the style sheet knows it. */
const NAME = 'citation';

/** True when ranges can be highlighted without touching the document. */
export function supportsHighlights(): boolean {
  return typeof Highlight === 'function' && typeof CSS === 'object' && 'highlights' in CSS;
}

/** Highlights a range; call what is given back to take it away. Does nothing where the browser cannot. */
export function highlight(range: Range): () => void {
  if (!supportsHighlights()) return () => undefined;
  const mark = new Highlight(range);
  CSS.highlights.set(NAME, mark);
  return () => {
    if (CSS.highlights.get(NAME) === mark) CSS.highlights.delete(NAME);
  };
}
