import { ValidationError } from '../base/error-classes.ts';
import { ChatMessage, type MessageLike } from './chat-message.ts';
import { countMessageTokens, type Tokenizer } from './tokens.ts';

/** How a ChatWindow counts. */
export interface ChatWindowOptions {
  /** Default: the estimate of `countMessageTokens`. */
  readonly tokenizer?: Tokenizer;
}

/**
 * A conversation that stays within a token budget: system messages stay, the oldest others go first.
 *
 * A tool's result leaves with the message that called the tool, because providers refuse one without the other.
 */
export class ChatWindow {
  readonly maxTokens: number;
  readonly #options: ChatWindowOptions;
  #messages: ChatMessage[] = [];

  /** @throws ValidationError unless `maxTokens` is a positive number. */
  constructor(maxTokens: number, options: ChatWindowOptions = {}) {
    if (!(maxTokens > 0)) throw new ValidationError('invalid input: maxTokens must be a positive number', { path: 'maxTokens' });
    this.maxTokens = maxTokens;
    this.#options = options;
  }

  /** How many messages are kept. */
  get length(): number { return this.#messages.length; }

  /** Append a message; may push out older ones. The newest message always stays. */
  add(message: MessageLike): void {
    this.#messages.push(ChatMessage.from(message));
    while (this.tokenCount() > this.maxTokens) {
      const oldest = this.#messages.findIndex(({ role }) => role !== 'system');
      if (oldest === -1 || oldest === this.#messages.length - 1) return;
      this.#messages.splice(oldest, this.#groupLength(oldest));
    }
  }

  /** The kept messages, oldest first; a copy. */
  messages(): ChatMessage[] { return [...this.#messages]; }

  /** Tokens of the kept messages. */
  tokenCount(): number { return countMessageTokens(this.#messages, this.#options.tokenizer); }

  /** Tokens left in the budget; 0 when the newest message alone is over it. */
  remainingTokens(): number { return Math.max(0, this.maxTokens - this.tokenCount()); }

  /** Forget everything. */
  clear(): void { this.#messages = []; }

  /** The message and the tool results that follow it, but never the newest message. */
  #groupLength(at: number): number {
    let end = at + 1;
    while (end < this.#messages.length - 1 && this.#messages[end]?.role === 'tool') end++;
    return end - at;
  }
}
