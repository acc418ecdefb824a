import { encodeJson } from '../base/json-codec.ts';
import { isUnsafeKey, MAX_DEPTH } from '../base/storable.ts';
import { WorkflowEvent } from '../events/index.ts';

const encoder = /* @__PURE__ */ new TextEncoder();
const QUOTE = 34, COMMA = 44, COLON = 58;
/** Up to this length a loop is quicker than a call of the encoder. */
const SHORT = 64;

/**
 * Writes JSON as UTF-8, straight into one array that is used again. There is a commit for each step of a durable run, so it
 * is worth its own class: text that is put together first and encoded then costs three times as much.
 */
export class JsonBytes {
  #bytes = new Uint8Array(1024);
  /** Bytes written so far. */
  size = 0;

  /** A copy of what was written from `start` on. */
  from(start: number): Uint8Array { return this.#bytes.slice(start, this.size); }

  /** Text in ASCII, as it is. */
  text(ascii: string): this {
    const { length } = ascii;
    const bytes = this.#room(length);
    const { size } = this;
    for (let i = 0; i < length; i++) bytes[size + i] = ascii.charCodeAt(i);
    this.size += length;
    return this;
  }

  /** What was written from `start` to `end`, once more. */
  again(start: number, end: number): this {
    this.#room(end - start).copyWithin(this.size, start, end);
    this.size += end - start;
    return this;
  }

  number(value: number): this {
    if (value >>> 0 !== value || value >= 1e9) return this.text(String(value));
    const bytes = this.#room(9);
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    for (let i = this.size + digits, left = value; i > this.size; left = left / 10 | 0) bytes[--i] = 48 + left % 10;
    this.size += digits;
    return this;
  }

  /**
   * The text `encodeJson` gives, in one walk for what nearly every event and value is: plain data.
   *
   * @param path names the value in the error.
   * @throws SerializationError naming the path of what cannot be stored.
   */
  value(value: unknown, path: string): this {
    const { size } = this;
    if (this.#plain(value, 0)) return this;
    this.size = size;
    this.#long(encodeJson(value, path));
    return this;
  }

  /** False for everything that needs a tag, and for what cannot be stored. */
  #plain(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string': this.#string(value); return true;
      case 'number':
        if (!Number.isFinite(value) || Object.is(value, -0)) return false;
        this.number(value);
        return true;
      case 'boolean': this.text(value ? 'true' : 'false'); return true;
      case 'object': return value === null ? this.text('null') !== null : depth < MAX_DEPTH && (Array.isArray(value) ? this.#list(value, depth) : this.#record(value, depth));
      default: return false;
    }
  }

  #record(value: object, depth: number): boolean {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== WorkflowEvent.prototype) return false;
    let first = true;
    this.text('{');
    for (const key of Object.keys(value)) {
      if (key === '$' || isUnsafeKey(key)) return false;
      if (!first) this.#byte(COMMA);
      first = false;
      this.#string(key);
      this.#byte(COLON);
      if (!this.#plain((value as Record<string, unknown>)[key], depth + 1)) return false;
    }
    this.text('}');
    return true;
  }

  #list(values: readonly unknown[], depth: number): boolean {
    this.text('[');
    for (let i = 0; i < values.length; i++) {
      if (i > 0) this.#byte(COMMA);
      if (!this.#plain(values[i], depth + 1)) return false;
    }
    this.text(']');
    return true;
  }

  #string(text: string): void {
    const { length } = text;
    if (length > SHORT) return this.#long(JSON.stringify(text));
    const bytes = this.#room(length + 2);
    let at = this.size;
    bytes[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 32 || code > 126 || code === QUOTE || code === 92) return this.#long(JSON.stringify(text));
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.size = at;
  }

  #byte(code: number): void { this.#room(1)[this.size++] = code; }

  #long(text: string): void {
    this.#room(text.length * 3);
    this.size += encoder.encodeInto(text, this.#bytes.subarray(this.size)).written;
  }

  /** The array, which has room for so many more bytes. */
  #room(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.size + bytes > this.#bytes.length) {
      const wider = new Uint8Array(2 * (this.size + bytes));
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    return this.#bytes;
  }
}
