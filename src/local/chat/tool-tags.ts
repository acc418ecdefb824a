import { TextUntil } from './answer-text.ts';
import { readJson, type ToolCallWriter } from './tool-calls.ts';

const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';

/**
 * Finds calls in the text of models that write them as JSON in tool_call tags (the Hermes form, which Qwen and others
 * share). What is in the tags and is no call stays text.
 */
export class TaggedToolCalls {
  readonly #text: (text: string) => void;
  readonly #calls: ToolCallWriter;
  #before = new TextUntil([OPEN]);
  #inside: TextUntil | undefined;
  #body = '';

  constructor(text: (text: string) => void, calls: ToolCallWriter) {
    this.#text = text;
    this.#calls = calls;
  }

  push(piece: string): void {
    for (let text = piece; text !== '';) {
      if (this.#inside === undefined) {
        this.#show(this.#before.push(text));
        if (this.#before.found === undefined) return;
        text = this.#before.rest;
        this.#inside = new TextUntil([CLOSE]);
      } else {
        this.#body += this.#inside.push(text);
        if (this.#inside.found === undefined) return;
        text = this.#inside.rest;
        this.#close(CLOSE);
      }
    }
  }

  /** A model may stop without closing the last tag. */
  end(): void {
    this.#show(this.#before.end());
    if (this.#inside === undefined) return;
    this.#body += this.#inside.end();
    this.#close('');
  }

  #close(tag: string): void {
    if (!this.#calls.write(readJson(this.#body))) this.#text(OPEN + this.#body + tag);
    this.#body = '';
    this.#inside = undefined;
    this.#before = new TextUntil([OPEN]);
  }

  /** White space around calls is layout. */
  #show(text: string): void {
    if (text !== '' && !(this.#calls.any && text.trim() === '')) this.#text(text);
  }
}
