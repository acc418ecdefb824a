import type { Heading, SourceDocument } from '../chunk/source-document.ts';
import { isSpace, nextLine } from '../chunk/characters.ts';
import { SourceText } from './source-text.ts';

/**
 * A JSON text: each value becomes a line `path: value`, with the keys on the way to it; objects and arrays that are named
 * by a key become headings, items of an array blocks. Empty texts, objects and arrays are left out.
 *
 * @throws IngestError for what is no JSON, and for nesting deeper than 500 levels.
 */
export function parseJson(source: string): SourceDocument {
  const reader = new JsonReader(source, 'JSON');
  reader.document(skipMark(source), source.length, 0);
  return reader.finish();
}

/**
 * One JSON value per line (JSON Lines, NDJSON); each line is a block.
 *
 * @throws IngestError for a line that is no JSON; blank lines are skipped.
 */
export function parseJsonLines(source: string): SourceDocument {
  const reader = new JsonReader(source, 'JSON Lines');
  for (let start = skipMark(source); start < source.length;) {
    const end = nextLine(source, start);
    const line = source.slice(start, end).replace(/[\r\n]+$/, '');
    if (line.trim() !== '') reader.document(start, start + line.length, 1);
    start = end;
  }
  return reader.finish();
}

const MAX_DEPTH = 500;
const MAX_LEVEL = 6;
const MAX_NAME = 200;
const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A piece of a string: as it stands, or an escape with what it means. */
interface Piece { readonly start: number; readonly end: number; readonly text: string }

/** Where a value stands: below which keys, how many of them, in how many arrays. */
interface Place { readonly path: string; readonly key: string; readonly keyStart: number; readonly level: number; readonly arrays: number; readonly depth: number }

class JsonReader {
  readonly #source: string;
  readonly #out: SourceText;
  readonly #headings: Heading[] = [];
  readonly #blocks: number[] = [];
  /** Headings whose first value is still to come. */
  #pending: { readonly level: number; readonly title: string }[] = [];
  #block = true;
  #at = 0;
  #end = 0;

  constructor(source: string, format: string) {
    this.#source = source;
    this.#out = new SourceText(source, format);
  }

  /** Reads one value that fills `[start, end)`; `arrays` is 1 for an item of a list. */
  document(start: number, end: number, arrays: number): void {
    this.#at = start;
    this.#end = end;
    this.#block = true;
    this.#value({ path: '', key: '', keyStart: -1, level: 0, arrays, depth: 0 });
    this.#space();
    if (this.#at < end) this.#out.fail('there is something after the value', this.#at);
  }

  finish(): SourceDocument {
    const [headings, blocks] = [this.#headings, this.#blocks];
    return { kind: 'json', source: this.#source, ...this.#out.finish(), title: null, headings, blocks };
  }

  #value(place: Place): void {
    this.#space();
    const start = this.#at;
    const first = start < this.#end ? this.#source[start] : '';
    if (first === '{' || first === '[') {
      if (place.depth >= MAX_DEPTH) this.#out.fail(`it is nested deeper than ${MAX_DEPTH} levels`, start);
      this.#container(place, first === '{');
    } else if (first === '"') {
      const pieces = this.#string();
      if (pieces.length > 0) this.#leaf(place, start, pieces);
    } else {
      NUMBER_OR_WORD.lastIndex = start;
      const [word] = NUMBER_OR_WORD.exec(this.#source) ?? this.#out.fail('a value is missing or is none', start);
      this.#at = start + word.length;
      this.#leaf(place, start, [{ start, end: this.#at, text: word }]);
    }
  }

  #container(place: Place, named: boolean): void {
    const heads = place.key !== '' && place.arrays === 0;
    const pending = this.#pending.length;
    if (heads) this.#pending.push({ level: place.level, title: place.key });
    const apart = heads || (place.key === '' && place.arrays === 1);
    this.#block ||= apart;
    const arrays = place.arrays + (named ? 0 : 1);
    const close = named ? '}' : ']';
    this.#at++;
    this.#space();
    if (this.#source[this.#at] === close && this.#at < this.#end) this.#at++;
    else {
      for (let more = true; more;) {
        if (named) this.#member(place, arrays);
        else this.#value({ ...place, key: '', keyStart: -1, arrays, depth: place.depth + 1 });
        this.#space();
        const mark = this.#at < this.#end ? this.#source[this.#at] : '';
        if (mark !== ',' && mark !== close) this.#out.fail(`'${close}' is missing`, this.#at);
        this.#at++;
        more = mark === ',';
      }
    }
    // Nothing stands below it.
    if (this.#pending.length > pending) this.#pending.length = pending;
    this.#block ||= apart;
  }

  #member(place: Place, arrays: number): void {
    this.#space();
    const keyStart = this.#at;
    if (this.#source[keyStart] !== '"' || keyStart >= this.#end) this.#out.fail('a key is missing', keyStart);
    const key = this.#string().map(({ text }) => text).join('').replaceAll(/\s+/g, ' ').slice(0, MAX_NAME);
    this.#space();
    if (this.#source[this.#at] !== ':' || this.#at >= this.#end) this.#out.fail("':' is missing", this.#at);
    this.#at++;
    const path = (place.path === '' ? key : `${place.path}.${key}`).slice(-MAX_NAME);
    this.#value({ path, key, keyStart, level: Math.min(MAX_LEVEL, place.level + 1), arrays, depth: place.depth + 1 });
  }

  #leaf({ path, key, keyStart, level, arrays }: Place, start: number, pieces: readonly Piece[]): void {
    const quoted = this.#source[start] === '"';
    const from = keyStart < 0 ? start : keyStart;
    if (this.#out.length > 0) this.#out.put(this.#block ? '\n\n' : '\n', from, 0);
    if (this.#block) this.#blocks.push(this.#out.length);
    this.#block = false;
    // What follows an object on its own level does not belong to it.
    if (arrays === 0 && key !== '' && (this.#headings.at(-1)?.level ?? 0) >= level && this.#pending.length === 0) this.#pending.push({ level, title: key });
    for (const heading of this.#pending) this.#headings.push({ ...heading, start: this.#out.length });
    this.#pending = [];
    const value = quoted ? start + 1 : start;
    if (path !== '') this.#out.put(`${path}: `, from, value - from);
    for (const piece of quoted ? pieces.slice(0, -1) : pieces) this.#out.put(piece.text, piece.start, piece.end - piece.start);
    if (!quoted) return;
    // The last character stands for the closing quote too.
    const last = pieces.at(-1) as Piece;
    const plain = last.end - last.start === last.text.length ? last.text.length - 1 : 0;
    this.#out.copy(last.start, last.start + plain);
    this.#out.put(last.text.slice(plain), last.start + plain, last.end - last.start - plain + 1);
  }

  #string(): Piece[] {
    const source = this.#source;
    const pieces: Piece[] = [];
    const start = this.#at++;
    let from = this.#at;
    const copy = (): void => {
      if (this.#at > from) pieces.push({ start: from, end: this.#at, text: source.slice(from, this.#at) });
    };
    for (; ; this.#at++) {
      if (this.#at >= this.#end) this.#out.fail('there is a text that is not closed', start);
      const unit = source.charCodeAt(this.#at);
      if (unit < 32) this.#out.fail('there is a control character in a text', this.#at);
      if (unit === 34) break;
      if (unit !== 92) continue;
      copy();
      const at = this.#at;
      const code = source[at + 1] === 'u' ? /^[0-9a-fA-F]{4}/.exec(source.slice(at + 2, at + 6))?.[0] : undefined;
      const text = code === undefined ? ESCAPES[source[at + 1] ?? ''] ?? this.#out.fail('there is an escape that means nothing', at) : String.fromCharCode(Number.parseInt(code, 16));
      this.#at += code === undefined ? 1 : 5;
      pieces.push({ start: at, end: this.#at + 1, text });
      from = this.#at + 1;
    }
    copy();
    this.#at++;
    return pieces;
  }

  #space(): void {
    while (this.#at < this.#end && isSpace(this.#source.charCodeAt(this.#at)) && this.#source.charCodeAt(this.#at) <= 32) this.#at++;
  }
}

function skipMark(source: string): number {
  return source.startsWith('\ufeff') ? 1 : 0;
}
