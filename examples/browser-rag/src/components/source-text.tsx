import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { highlight, supportsHighlights } from '../highlight.ts';
import type { SourceWindow } from '../protocol.ts';

/** The exact text that passages were cut from, with the span highlighted by its offsets. */
export function SourceText({ source, start, end, onMore, step }: {
  readonly source: SourceWindow; readonly start: number; readonly end: number; readonly step: number;
  readonly onMore: (from: number, to: number) => void;
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLPreElement>(null);
  const shown = useRef('');
  const { from, length, docId } = source;
  const to = from + source.text.length;
  const first = Math.max(0, start - from);
  const last = Math.max(first, end - from);

  useLayoutEffect(() => {
    const element = text.current;
    const range = document.createRange();
    const node = element?.firstChild;
    if (element === null || node === null || node === undefined) return;
    if (supportsHighlights()) {
      range.setStart(node, Math.min(first, source.text.length));
      range.setEnd(node, Math.min(last, source.text.length));
    } else range.selectNodeContents(element.querySelector('mark') ?? element);
    const remove = highlight(range);
    // Scroll to a new place, but stay where the reader is when more text is shown around it.
    const place = `${docId} ${start} ${end}`;
    if (shown.current !== place && box.current !== null) {
      shown.current = place;
      const { top } = range.getBoundingClientRect();
      box.current.scrollTop += top - box.current.getBoundingClientRect().top - box.current.clientHeight / 3;
    }
    return remove;
  }, [source, docId, start, end, first, last]);

  return (
    <div ref={box} class="source-box" role="region" tabIndex={0} aria-label={`Text of ${source.name}. The quoted span: ${source.text.slice(first, last)}`}>
      {from > 0 && <button type="button" class="button small" onClick={() => onMore(from - step, to)}>Show earlier text</button>}
      <pre ref={text} class="source-text" data-testid="source-text">
        {supportsHighlights()
          ? source.text
          : <>{source.text.slice(0, first)}<mark>{source.text.slice(first, last)}</mark>{source.text.slice(last)}</>}
      </pre>
      {to < length && <button type="button" class="button small" onClick={() => onMore(from, to + step)}>Show later text</button>}
    </div>
  );
}
