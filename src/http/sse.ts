import { ResponseFormatError } from '../base/error-classes.ts';

/** A server-sent event: its data lines joined with line feeds, and its name ('' when unnamed). */
export type SseListener = (data: string, event: string) => void;

/**
 * Decode a text/event-stream from bytes as they come.
 *
 * Accepts LF, CRLF and CR line ends, a byte order mark, `data:` without a space, characters split between chunks, and an
 * event that the end of the stream leaves unterminated.
 *
 * @throws ResponseFormatError from `push` when one event is longer than `maxEventLength` characters (default 64 Mi).
 */
export class SseDecoder {
  readonly #listener: SseListener;
  readonly #maxEventLength: number;
  readonly #decoder = new TextDecoder();
  #rest = '';
  /** The last chunk ended in a CR whose LF may still come. */
  #afterCr = false;
  #data: string | undefined;
  #event = '';

  constructor(listener: SseListener, maxEventLength: number = 64 * 1024 * 1024) {
    this.#listener = listener;
    this.#maxEventLength = maxEventLength;
  }

  /** Decode the next bytes; calls the listener for each complete event. */
  push(bytes: Uint8Array): void {
    this.#text(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The stream ended: deliver what an unterminated last event holds. */
  end(): void {
    this.#text(this.#decoder.decode());
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
    this.#dispatch();
  }

  #text(chunk: string): void {
    if (chunk === '') return;
    let start = 0;
    if (this.#afterCr && chunk.charCodeAt(0) === 10) start = 1;
    this.#afterCr = false;
    // The carriage returns are looked for once per chunk, so that plain LF streams pay one native scan for them.
    let cr = chunk.indexOf('\r', start);
    let lf = chunk.indexOf('\n', start);
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      const line = this.#rest === '' ? chunk.slice(start, end) : this.#rest + chunk.slice(start, end);
      this.#rest = '';
      start = end + 1;
      if (end === cr) {
        if (lf === start) start++;
        else if (start === chunk.length) this.#afterCr = true;
        cr = chunk.indexOf('\r', start);
      }
      if (lf < start) lf = chunk.indexOf('\n', start);
      this.#line(line);
    }
    if (start < chunk.length) this.#rest += start === 0 ? chunk : chunk.slice(start);
    this.#checkLength();
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch();
    if (line.startsWith('data:')) {
      const value = line.slice(line.charCodeAt(5) === 32 ? 6 : 5);
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
      return;
    }
    if (line.startsWith('event:')) this.#event = line.slice(line.charCodeAt(6) === 32 ? 7 : 6);
    // Comments, ids, retry times and unknown fields say nothing to us.
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event;
    this.#data = undefined;
    this.#event = '';
    if (data !== undefined) this.#listener(data, event);
  }

  #checkLength(): void {
    if (this.#rest.length + (this.#data?.length ?? 0) <= this.#maxEventLength) return;
    throw new ResponseFormatError(`Cannot read the event stream: one event is longer than ${this.#maxEventLength} characters`);
  }
}
