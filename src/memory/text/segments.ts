// V8 takes time in proportion to the whole text for each segment of it.
const WINDOW = 2048;

/** The segments of a text in order, with where they begin; one that is longer than 2,048 units comes in parts. */
export function* segments(segmenter: Intl.Segmenter, text: string): Generator<Intl.SegmentData & { readonly continues: boolean }> {
  let continues = false;
  for (let from = 0; from < text.length;) {
    const found = Array.from(segmenter.segment(text.slice(from, from + WINDOW)));
    // The last one may go on behind the window.
    const whole = from + WINDOW >= text.length || found.length === 1 ? found : found.slice(0, -1);
    for (const segment of whole) {
      yield { ...segment, index: from + segment.index, continues };
      continues = false;
    }
    const last = whole.at(-1) as Intl.SegmentData;
    continues = found.length === 1;
    from += last.index + last.segment.length;
  }
}
