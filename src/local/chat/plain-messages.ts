import { UnsupportedError } from '../../base/error-classes.ts';
import type { ContentPart, Message } from '../../spec/message.ts';
import type { ToolCall } from '../../spec/tool.ts';

/** A message as the runtimes of local models take it. */
export interface PlainMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** The text of a message. @throws UnsupportedError for pictures, sounds and files. */
export function textOf({ content }: Pick<Message, 'content'>, model: string): string {
  if (typeof content === 'string') return content;
  return content.map((part) => textOfPart(part, model)).join('');
}

function textOfPart(part: ContentPart, model: string): string {
  switch (part.type) {
    case 'text': return part.text;
    // Thoughts of earlier turns are not shown to the model again; calls are written by those who know the form.
    case 'reasoning': case 'tool-call': case 'provider': return '';
    default: throw new UnsupportedError(`unsupported: the local model '${model}' reads text, and a message holds a part of type '${part.type}'`);
  }
}

/** The calls of a message. */
export function callsOf({ content }: Message): ToolCall[] {
  return typeof content === 'string' ? [] : content.filter((part) => part.type === 'tool-call');
}

/** What the model sees of a tool's result. */
export function resultOf(message: Message, model: string): string {
  const { toolResult } = message;
  if (toolResult === undefined) return textOf(message, model);
  const { data, llmOverride: seen } = toolResult;
  if (seen?.kind === 'text') return seen.text;
  if (seen?.kind === 'parts') return textOf({ content: seen.parts }, model);
  const value = seen?.kind === 'json' ? seen.value : data;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Messages of one role in a row as one: templates expect turns. */
export function joinTurns(messages: readonly PlainMessage[]): PlainMessage[] {
  const turns: PlainMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === message.role) turns[turns.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    else turns.push(message);
  }
  return turns;
}

/** All system messages as the first one, which is where the runtimes want them. */
export function systemFirst(messages: readonly PlainMessage[], more: string = ''): PlainMessage[] {
  const system = [...messages.filter(({ role }) => role === 'system').map(({ content }) => content), more].filter((text) => text !== '').join('\n\n');
  const others = messages.filter(({ role }) => role !== 'system');
  return [...system === '' ? [] : [{ role: 'system' as const, content: system }], ...others];
}
