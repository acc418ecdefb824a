import type { JsonValue } from './json.ts';
import { MAX_DEPTH, isUnsafeKey } from './storable.ts';

type Container = JsonValue[] | Record<string, JsonValue>;

// What the parser expects next.
const VALUE = 0; // a value
const FIRST_KEY = 1; // a key or }
const KEY = 2; // a key
const COLON = 3;
const NEXT = 4; // a comma or the end of the container
const STRING = 5; // inside a string
const SCALAR = 6; // inside a number, true, false or null
const END = 7; // nothing more
const FIRST_ITEM = 8; // a value or ]

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Reads JSON that is still being written; `value` is what is known so far.
 *
 * The root object grows in place, strings grow with every piece, numbers and literals appear when they are complete. The
 * time is linear in the length of the text. Malformed text, a key that reaches the prototype and nesting beyond 64 set
 * `failed`; the value then stays as it was.
 */
export class PartialJson {
  /** What was read so far; undefined before the first value begins. */
  value: JsonValue | undefined;
  failed = false;
  readonly #stack: Container[] = [];
  readonly #keys: string[] = [];
  #state = VALUE;
  #isKey = false;
  /** The string or scalar being read. */
  #text = '';
  /** An unfinished escape sequence, from its backslash on. */
  #escape = '';

  /** True when a complete value was read. */
  get complete(): boolean { return this.#state === END; }

  /** Read the next piece. */
  push(piece: string): void {
    for (let i = 0; i < piece.length && !this.failed;) i = this.#state === STRING ? this.#string(piece, i) : this.#token(piece, i);
    if (this.#state === STRING && !this.#isKey && !this.failed) this.#place(this.#text);
  }

  #string(piece: string, from: number): number {
    let i = from;
    if (this.#escape !== '') {
      this.#escape += piece[i++];
      const kind = this.#escape[1] as string;
      if (kind === 'u') {
        if (this.#escape.length < 6) return i;
        const code = this.#escape.slice(2);
        if (!/^[0-9a-f]{4}$/i.test(code)) return this.#fail();
        this.#text += String.fromCharCode(Number.parseInt(code, 16));
      } else {
        const char = ESCAPES[kind];
        if (char === undefined) return this.#fail();
        this.#text += char;
      }
      this.#escape = '';
      return i;
    }
    const start = i;
    for (; i < piece.length; i++) {
      const code = piece.charCodeAt(i);
      if (code === 34 || code === 92) break;
    }
    if (i > start) this.#text += piece.slice(start, i);
    if (i === piece.length) return i;
    if (piece.charCodeAt(i) === 92) this.#escape = '\\';
    else this.#endString();
    return i + 1;
  }

  #endString(): void {
    if (!this.#isKey) return this.#endValue(this.#text);
    if (isUnsafeKey(this.#text)) { this.failed = true; return; }
    this.#keys[this.#keys.length - 1] = this.#text;
    this.#state = COLON;
  }

  #token(piece: string, i: number): number {
    const char = piece[i] as string;
    if (this.#state === SCALAR) {
      if (/[-+.\w]/.test(char)) {
        this.#text += char;
        return i + 1;
      }
      this.#endScalar();
      return i;
    }
    if (char === ' ' || char === '\n' || char === '\r' || char === '\t') return i + 1;
    switch (this.#state) {
      case FIRST_KEY:
      case KEY:
        if (char === '}' && this.#state === FIRST_KEY) return this.#close(i);
        if (char !== '"') return this.#fail();
        this.#beginString(true);
        return i + 1;
      case COLON:
        if (char !== ':') return this.#fail();
        this.#state = VALUE;
        return i + 1;
      case NEXT: {
        const inArray = Array.isArray(this.#stack.at(-1));
        if (char === (inArray ? ']' : '}')) return this.#close(i);
        if (char !== ',') return this.#fail();
        this.#state = inArray ? VALUE : KEY;
        return i + 1;
      }
      case FIRST_ITEM:
      case VALUE:
        return char === ']' && this.#state === FIRST_ITEM ? this.#close(i) : this.#begin(char, i);
      default:
        return this.#fail();
    }
  }

  #begin(char: string, i: number): number {
    if (char === '"') {
      this.#beginString(false);
    } else if (char === '{' || char === '[') {
      if (this.#stack.length >= MAX_DEPTH) return this.#fail();
      const container: Container = char === '{' ? {} : [];
      this.#add(container);
      this.#stack.push(container);
      this.#keys.push('');
      this.#state = char === '{' ? FIRST_KEY : FIRST_ITEM;
    } else if (/[-\dtfn]/.test(char)) {
      this.#text = char;
      this.#state = SCALAR;
    } else {
      return this.#fail();
    }
    return i + 1;
  }

  #beginString(isKey: boolean): void {
    this.#isKey = isKey;
    this.#text = '';
    this.#state = STRING;
    if (!isKey) this.#add('');
  }

  #endScalar(): void {
    try {
      const value = JSON.parse(this.#text) as JsonValue;
      this.#add(value);
      this.#endValue(value);
    } catch {
      this.failed = true;
    }
  }

  #endValue(value: JsonValue): void {
    this.#place(value);
    this.#state = this.#stack.length === 0 ? END : NEXT;
  }

  #close(i: number): number {
    this.#stack.pop();
    this.#keys.pop();
    this.#state = this.#stack.length === 0 ? END : NEXT;
    return i + 1;
  }

  /** A new value begins. */
  #add(value: JsonValue): void {
    const top = this.#stack.at(-1);
    if (Array.isArray(top)) top.push(value);
    else this.#place(value);
  }

  /** The value that began last is now this one. */
  #place(value: JsonValue): void {
    const top = this.#stack.at(-1);
    if (top === undefined) this.value = value;
    else if (Array.isArray(top)) top[top.length - 1] = value;
    else top[this.#keys.at(-1) as string] = value;
  }

  #fail(): number {
    this.failed = true;
    return Infinity;
  }
}
