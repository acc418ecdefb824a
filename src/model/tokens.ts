import { ChatMessage, type MessageLike } from './chat-message.ts';

/** An exact tokenizer, such as those of gpt-tokenizer and js-tiktoken. */
export interface Tokenizer {
  encode(text: string): { readonly length: number };
}

const BYTES_PER_TOKEN = 3.5;

/**
 * About how many tokens a text is: its UTF-8 bytes divided by 3.5, rounded up; exactly with a tokenizer.
 *
 * @param tokenizer the reference passes a context size here; a number changes nothing.
 */
export function estimateTokens(text: string, tokenizer?: Tokenizer | number): number {
  if (typeof tokenizer === 'object') return tokenizer.encode(text).length;
  return Math.ceil(new TextEncoder().encode(text).length / BYTES_PER_TOKEN);
}

/**
 * About how many tokens the messages are: 4 and the text for each, and 3 for the answer's start.
 *
 * With a tokenizer: 3, the role, the texts, the call ids, names and arguments for each, and 3 for the answer's start.
 *
 * @param tokenizer the reference passes a context size here; a number changes nothing.
 */
export function countMessageTokens(messages: readonly MessageLike[], tokenizer?: Tokenizer | number): number {
  let total = 3;
  for (const message of messages.map((value) => ChatMessage.from(value))) {
    const texts = message.parts.map((part) => ('text' in part ? part.text : part.type === 'tool-call' ? part.name + part.raw : ''));
    const { toolResult } = message;
    if (toolResult !== null) texts.push(typeof toolResult.data === 'string' ? toolResult.data : JSON.stringify(toolResult.data));
    if (typeof tokenizer !== 'object') {
      total += 4 + estimateTokens(texts.join(''));
      continue;
    }
    const all = [message.role, message.toolCallId ?? '', message.name ?? '', ...texts];
    total += 3 + all.reduce((sum, text) => sum + (text === '' ? 0 : tokenizer.encode(text).length), 0);
  }
  return total;
}
