import { isSpace } from '../chunk/characters.ts';
import { readReference } from './html-entities.ts';
import type { Heading, SourceDocument } from '../chunk/source-document.ts';

const words = (list: string): Set<string> => new Set(list.split(' '));
const PARAGRAPHS = words('address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form '
  + 'h1 h2 h3 h4 h5 h6 header hgroup hr legend main menu nav ol optgroup p pre search section summary table ul body html');
const LINES = words('br dd dt li option tr caption thead tbody tfoot');
const CELLS = words('td th button input select');
/** Content that is not markup: skipped up to the end tag. */
const RAW = words('script style iframe noembed noframes xmp');
/** Markup nobody sees. */
const HIDDEN = words('template svg math noscript object');

/**
 * The visible text of an HTML source, with a map from each of its characters to the source.
 *
 * A tolerant tokenizer of one pass: nothing is executed or fetched, comments, scripts, styles and templates are left
 * out, character references are decoded, white space is folded as a browser would. Damaged markup gives the text a
 * browser would most likely show; it never throws.
 */
export function parseHtml(source: string): SourceDocument {
  return new HtmlReader(source).read();
}

class HtmlReader {
  readonly #source: string;
  readonly #parts: string[] = [];
  readonly #offsets: number[] = [];
  readonly #headings: { level: number; start: number; end: number }[] = [];
  readonly #blocks: number[] = [];
  #length = 0;
  #title: string | null = null;
  #break = 0;
  #spaceAt = -1;
  #spaceEnd = 0;
  #pre = 0;
  #hidden = '';
  #hiddenDepth = 0;
  #openHeading = 0;
  #fresh = true;

  constructor(source: string) {
    this.#source = source;
  }

  read(): SourceDocument {
    const source = this.#source;
    for (let at = 0; at < source.length;) {
      at = source[at] === '<' ? this.#markup(at) : this.#text(at);
    }
    this.#closeHeading();
    const text = this.#parts.join('');
    const headings: Heading[] = this.#headings
      .map(({ level, start, end }) => ({ level, start, title: text.slice(start, end).replaceAll('\n', ' ').trim().slice(0, 200) }))
      .filter((heading) => heading.title !== '');
    const title = this.#title ?? headings[0]?.title ?? null;
    return { kind: 'html', source, text, title, headings, blocks: this.#blocks, offsets: Int32Array.from(this.#offsets) };
  }

  // Text up to the next '<'.
  #text(from: number): number {
    const source = this.#source;
    let end = source.indexOf('<', from);
    if (end < 0) end = source.length;
    if (this.#hidden !== '') return end;
    let run = from;
    for (let at = from; at < end;) {
      const unit = source.charCodeAt(at);
      if (unit === 38) {
        const reference = readReference(source, at);
        if (reference !== null) {
          this.#copy(run, at);
          this.#emit(reference.text, at, reference.length);
          at += reference.length;
          run = at;
          continue;
        }
      } else if (this.#pre === 0 && isMarkupSpace(unit)) {
        this.#copy(run, at);
        let after = at + 1;
        while (after < end && isMarkupSpace(source.charCodeAt(after))) after++;
        this.#space(at, after);
        at = after;
        run = at;
        continue;
      }
      at++;
    }
    this.#copy(run, end);
    return Math.max(end, from + 1);
  }

  #markup(at: number): number {
    const source = this.#source;
    const next = source[at + 1] ?? '';
    if (next === '!' || next === '?') {
      const comment = source.startsWith('<!--', at);
      const close = comment ? source.indexOf('-->', at + 2) : source.indexOf('>', at);
      return close < 0 ? source.length : close + (comment ? 3 : 1);
    }
    const closing = next === '/';
    const nameStart = at + (closing ? 2 : 1);
    if (!isLetter(source.charCodeAt(nameStart))) {
      if (closing) {
        const close = source.indexOf('>', at);
        return close < 0 ? source.length : close + 1;
      }
      if (this.#hidden === '') this.#emit('<', at, 1);
      return at + 1;
    }
    let nameEnd = nameStart;
    while (nameEnd < source.length && !isNameEnd(source.charCodeAt(nameEnd))) nameEnd++;
    const name = source.slice(nameStart, Math.min(nameEnd, nameStart + 16)).toLowerCase();
    const end = tagEnd(source, nameEnd);
    if (closing) this.#endTag(name);
    else return this.#startTag(name, at, end);
    return end;
  }

  #startTag(name: string, at: number, end: number): number {
    const selfClosed = this.#source[end - 2] === '/';
    if (this.#hidden !== '') {
      if (name === this.#hidden && !selfClosed) this.#hiddenDepth++;
      return RAW.has(name) ? this.#rawEnd(name, end) : end;
    }
    if (RAW.has(name)) return this.#rawEnd(name, end);
    if (name === 'title') {
      const close = this.#rawEnd(name, end);
      const inner = this.#source.slice(end, Math.max(end, this.#source.lastIndexOf('<', close - 1)));
      this.#title ??= inner.length > 2000 ? null : parseHtml(inner.replaceAll('<', '&lt;')).text.trim() || null;
      return close;
    }
    if (HIDDEN.has(name) && !selfClosed) {
      this.#hidden = name;
      this.#hiddenDepth = 1;
      return end;
    }
    this.#boundary(name);
    if (name === 'pre' || name === 'textarea') {
      this.#pre++;
      // The line end right after the tag is not part of the text.
      if (this.#source[end] === '\n') return end + 1;
      if (this.#source.startsWith('\r\n', end)) return end + 2;
    } else if (isHeading(name)) {
      this.#closeHeading();
      this.#openHeading = Number(name[1]);
    } else if (name === 'br') this.#break = Math.max(this.#break, 1);
    else if (name === 'input' || name === 'select') this.#space(at, end);
    return end;
  }

  #endTag(name: string): void {
    if (this.#hidden !== '') {
      if (name === this.#hidden && --this.#hiddenDepth === 0) this.#hidden = '';
      return;
    }
    this.#boundary(name);
    if ((name === 'pre' || name === 'textarea') && this.#pre > 0) this.#pre--;
    else if (isHeading(name)) this.#closeHeading();
  }

  #boundary(name: string): void {
    if (PARAGRAPHS.has(name)) this.#break = 2;
    else if (LINES.has(name)) this.#break = Math.max(this.#break, 1);
    else if (CELLS.has(name) && this.#spaceAt < 0) this.#space(-1, 0);
  }

  #closeHeading(): void {
    const last = this.#headings.at(-1);
    if (this.#openHeading === 0 && last !== undefined && last.end < 0) last.end = this.#length;
    this.#openHeading = 0;
  }

  // A fold of white space; written only when a visible character follows on the same line.
  #space(at: number, end: number): void {
    if (this.#spaceAt >= 0) return;
    this.#spaceAt = Math.max(0, at);
    this.#spaceEnd = Math.max(end, this.#spaceAt);
  }

  #copy(from: number, to: number): void {
    if (to > from) this.#emit(this.#source.slice(from, to), from, to - from);
  }

  #emit(text: string, sourceStart: number, sourceLength: number): void {
    if (!this.#fresh && this.#break > 0) this.#append(this.#break === 2 ? '\n\n' : '\n', sourceStart, 0);
    else if (!this.#fresh && this.#spaceAt >= 0) {
      const within = this.#spaceEnd > this.#spaceAt && this.#spaceAt > 0;
      this.#append(' ', within ? this.#spaceAt : sourceStart, within ? this.#spaceEnd - this.#spaceAt : 0);
    }
    if (this.#break === 2 || this.#fresh) this.#blocks.push(this.#length);
    this.#break = 0;
    this.#spaceAt = -1;
    this.#fresh = false;
    if (this.#openHeading > 0) {
      this.#headings.push({ level: this.#openHeading, start: this.#length, end: -1 });
      this.#openHeading = 0;
    }
    this.#append(text, sourceStart, sourceLength);
  }

  #append(text: string, sourceStart: number, sourceLength: number): void {
    this.#offsets.push(this.#length, sourceStart, sourceLength);
    this.#parts.push(text);
    this.#length += text.length;
  }

  // The end of raw content: after `</name ...>`, or the end of the source.
  #rawEnd(name: string, from: number): number {
    const source = this.#source;
    for (let at = source.indexOf('</', from); at >= 0; at = source.indexOf('</', at + 2)) {
      const after = at + 2 + name.length;
      if (source.slice(at + 2, after).toLowerCase() === name && (after >= source.length || isNameEnd(source.charCodeAt(after)))) {
        return tagEnd(source, after);
      }
    }
    return source.length;
  }
}

// After the '>' that ends a tag; quotes protect only the values of attributes.
function tagEnd(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const unit = source.charCodeAt(at);
    if (unit === 62) return at + 1;
    if (unit !== 61) continue;
    let value = at + 1;
    while (value < source.length && isMarkupSpace(source.charCodeAt(value))) value++;
    const quote = source[value];
    if (quote === '"' || quote === "'") {
      const close = source.indexOf(quote, value + 1);
      if (close < 0) return source.length;
      at = close;
    } else at = value - 1;
  }
  return source.length;
}

function isHeading(name: string): boolean {
  return name.length === 2 && name[0] === 'h' && name >= 'h1' && name <= 'h6';
}

function isLetter(unit: number): boolean {
  return (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);
}

function isNameEnd(unit: number): boolean {
  return unit === 62 || unit === 47 || isMarkupSpace(unit);
}

// White space that HTML folds; a no-break space is a character like any other.
function isMarkupSpace(unit: number): boolean {
  return unit <= 32 && isSpace(unit) && unit !== 11;
}
