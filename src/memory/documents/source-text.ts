import { IngestError } from '../../base/error-classes.ts';

/** Longest text a source may grow to when its fields are given their names. */
const MAX_TEXT = 50_000_000;

/** Builds the text of a document piece by piece, with the place in the source that each piece stands for. */
export class SourceText {
  length = 0;
  readonly #source: string;
  readonly #format: string;
  readonly #parts: string[] = [];
  readonly #offsets: number[] = [];

  constructor(source: string, format: string) {
    this.#source = source;
    this.#format = format;
  }

  /** Appends `source[start, end)` as it stands. */
  copy(start: number, end: number): void {
    if (end > start) this.put(this.#source.slice(start, end), start, end - start);
  }

  /** Appends other text in place of `length` units of the source; 0 for what stands nowhere. */
  put(text: string, start: number, length: number): void {
    if (text === '') return;
    this.#offsets.push(this.length, start, length);
    this.#parts.push(text);
    this.length += text.length;
    if (this.length > MAX_TEXT) {
      throw new IngestError(`Cannot read the ${this.#format}: its text is longer than ${MAX_TEXT} characters`, { reason: 'too_large' });
    }
  }

  /** The text and the map to its source. */
  finish(): { readonly text: string; readonly offsets: Int32Array } {
    return { text: this.#parts.join(''), offsets: Int32Array.from(this.#offsets) };
  }

  /** Throws IngestError that says what is wrong where. */
  fail(text: string, at: number): never {
    const lines = this.#source.slice(0, at).split(/\r\n?|\n/);
    const column = (lines.at(-1) ?? '').length + 1;
    throw new IngestError(`Cannot read the ${this.#format}: ${text} in line ${lines.length}, column ${column}`, { reason: 'corrupt' });
  }
}
