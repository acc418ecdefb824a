import { IncompleteStreamError, ResponseFormatError } from '../../base/error-classes.ts';
import { asRecord, isRecord } from '../../base/json.ts';
import { parseJson } from '../../base/json-codec.ts';
import { errorFromResponse, providerFailure, type FailureContext, type RequestWatch } from '../../http/index.ts';
import type { StreamPart } from '../../spec/completion.ts';
import type { Dialect, Frames } from './dialect.ts';
import { NO_CALLS, type Decoder } from './parts.ts';

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
/** How much of an answer without events is kept to say what it was. */
const MAX_HEAD = 64 * 1024;
/** Parts a reader can use. */
const CONTENT: ReadonlySet<string> = new Set(['text', 'reasoning', 'tool-call', 'file', 'provider']);

/** A request under way. */
export interface OpenRequest {
  readonly watch: RequestWatch;
  /** Send it; called once, by the first `next()`. */
  send(): Promise<Response>;
}

/** The neutral parts of one answer, decoded as its bytes come; whole (JSON) answers come out as parts too. */
export class AnswerStream implements AsyncIterableIterator<StreamPart> {
  readonly #dialect: Dialect;
  readonly #context: FailureContext;
  readonly #open: () => OpenRequest;
  #request: OpenRequest | undefined;
  /** Decoded parts nobody took yet; one array for the whole stream. */
  readonly #queue: StreamPart[] = [];
  #at = 0;
  readonly #decoder: Decoder;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #frames: Frames | undefined;
  /** The start of the answer as text, while no event was seen: it may be no event stream at all. */
  #head: string | undefined = '';
  readonly #headText = new TextDecoder();
  /** The bytes are all read, or nobody wants more. */
  #ended = false;
  /** What the stream failed with, after parts that must be delivered first. */
  #failure: unknown;
  #stop: () => void = () => undefined;

  constructor(dialect: Dialect, context: FailureContext, open: () => OpenRequest) {
    this.#dialect = dialect;
    this.#context = context;
    this.#open = open;
    this.#decoder = dialect.decoder({ out: this.#queue, fail: (payload) => providerFailure(payload, context, null) });
  }

  [Symbol.asyncIterator](): this { return this; }

  next(): Promise<IteratorResult<StreamPart>> {
    if (this.#at < this.#queue.length) return Promise.resolve({ done: false, value: this.#queue[this.#at++] as StreamPart });
    return this.#ended ? Promise.resolve(DONE) : this.#pull();
  }

  async return(): Promise<IteratorResult<StreamPart>> {
    this.#ended = true;
    this.#queue.length = this.#at = 0;
    this.#close();
    await this.#reader?.cancel().catch(() => undefined);
    return DONE;
  }

  async #pull(): Promise<IteratorResult<StreamPart>> {
    try {
      while (this.#at >= this.#queue.length) {
        this.#queue.length = this.#at = 0;
        if (this.#failure !== undefined) throw this.#failure;
        if (this.#ended) return DONE;
        try {
          await this.#read();
        } catch (error) {
          this.#failure = this.#request?.watch.failure(error) ?? error;
        }
      }
      return { done: false, value: this.#queue[this.#at++] as StreamPart };
    } catch (error) {
      this.#ended = true;
      this.#failure = undefined;
      this.#close();
      this.#reader?.cancel().catch(() => undefined);
      throw error;
    }
  }

  #close(): void {
    this.#stop();
    this.#request?.watch.close();
  }

  /** Read the next bytes and decode them into the queue. */
  async #read(): Promise<void> {
    if (this.#reader === undefined) return this.#begin();
    const { watch } = this.#request as OpenRequest;
    let chunk: { done: boolean; value?: Uint8Array | undefined };
    try {
      chunk = await this.#reader.read();
      if (watch.signal.aborted) throw watch.signal.reason;
    } catch (error) {
      // After the provider's last word a connection may be cut or stay open: the answer is complete all the same.
      if (!this.#decoder.finished || watch.userAborted) throw this.#cutShort(error);
      return this.#finish();
    }
    if (chunk.value === undefined) return this.#finish();
    watch.touch();
    if (this.#head !== undefined) {
      this.#head += this.#headText.decode(chunk.value, { stream: true });
      if (this.#head.length > MAX_HEAD && this.#queue.length === 0) this.#head = this.#head.slice(0, MAX_HEAD);
    }
    this.#frames?.push(chunk.value);
  }

  async #begin(): Promise<void> {
    this.#request = this.#open();
    const { watch } = this.#request;
    const response = await watch.race(this.#request.send());
    if (!response.ok) throw await watch.race(errorFromResponse(response, this.#context));
    const type = response.headers.get('content-type') ?? '';
    if (response.body === null) return this.#finish();
    this.#reader = response.body.getReader();
    // A fetch that ignores signals still ends here.
    const cancel = (): void => void this.#reader?.cancel(watch.signal.reason).catch(() => undefined);
    watch.signal.addEventListener('abort', cancel, { once: true });
    this.#stop = () => watch.signal.removeEventListener('abort', cancel);
    if (/\bjson\b/.test(type)) return this.#whole(watch);
    this.#frames = this.#dialect.frames((data, name) => this.#event(data, name));
  }

  /** A JSON answer: what was asked for, or a server that ignores `stream`. */
  async #whole(watch: RequestWatch): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const chunk = await (this.#reader as ReadableStreamDefaultReader<Uint8Array>).read().catch((error: unknown) => { throw this.#cutShort(error); });
      if (watch.signal.aborted) throw watch.signal.reason;
      if (chunk.done) break;
      watch.touch();
      text += decoder.decode(chunk.value, { stream: true });
    }
    this.#body(text + decoder.decode());
  }

  #body(text: string): void {
    this.#head = undefined;
    const body = this.#parse(text);
    // Gemini streams without SSE as one array.
    for (const item of Array.isArray(body) ? body : [body]) {
      if (Array.isArray(body)) this.#decoder.event(asRecord(item), '');
      else this.#decoder.body(asRecord(item));
    }
    this.#finish(true);
  }

  #event(data: string, name: string): void {
    this.#head = undefined;
    if (this.#ended || data === '') return;
    if (data === '[DONE]') return this.#finish();
    const event = this.#parse(data);
    if (isRecord(event)) this.#decoder.event(event, name);
    else if (name === 'error') throw providerFailure(event, this.#context, null);
  }

  /** @param whole the transport proves that the answer is complete, even if the provider gave no reason. */
  #finish(whole = false): void {
    // The end may deliver a last event, which may end the answer by itself.
    const frames = this.#frames;
    this.#frames = undefined;
    if (!whole) frames?.end?.();
    if (this.#ended) return;
    const head = this.#head?.trim();
    if (head) {
      // No event at all: JSON under another name, or a page.
      if (/^[[{]/.test(head) && head.length < MAX_HEAD) return this.#body(head);
      throw this.#notAStream(head);
    }
    this.#decoder.end();
    if (!this.#decoder.finished) {
      if (!whole || !this.#queue.some(({ type }) => CONTENT.has(type))) throw this.#cutShort(undefined);
      this.#queue.push({ type: 'finish', finishReason: 'other', toolCalls: NO_CALLS });
    }
    this.#ended = true;
    this.#close();
    this.#reader?.cancel().catch(() => undefined);
  }

  #parse(text: string): unknown {
    try {
      return text.includes('"__proto__"') ? parseJson(text) : JSON.parse(text);
    } catch {
      if (/^\s*</.test(text)) throw this.#notAStream(text);
      if (text.trim() === '') throw this.#cutShort(undefined);
      const { provider, endpoint } = this.#context;
      throw new ResponseFormatError(`${provider} error: the answer is not JSON: ${JSON.stringify(text.slice(0, 80))}`, {
        provider, endpoint, detail: text.slice(0, 4096), retryable: true,
      });
    }
  }

  #notAStream(text: string): ResponseFormatError {
    const { provider, endpoint } = this.#context;
    const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim();
    const what = /^\s*</.test(text) ? `an HTML page${title ? ` (${title})` : ''}` : `text: ${JSON.stringify(text.slice(0, 80))}`;
    return new ResponseFormatError(`${provider} error: the answer is ${what}. Check the base URL and any proxy`, { provider, endpoint, detail: text.slice(0, 4096) });
  }

  #cutShort(cause: unknown): unknown {
    const { watch } = this.#request as OpenRequest;
    if (watch.signal.aborted) return watch.signal.reason;
    const { provider, endpoint } = this.#context;
    return new IncompleteStreamError(`${provider} error: the answer ended before it was complete`, { provider, endpoint, ...(cause === undefined ? {} : { cause }) });
  }
}
