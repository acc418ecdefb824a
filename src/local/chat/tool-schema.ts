import { ValidationError } from '../../base/error-classes.ts';
import { isRecord } from '../../base/json.ts';
import { PartialJson } from '../../base/partial-json.ts';
import type { CompletionRequest, ResponseFormat } from '../../spec/completion.ts';
import type { JsonSchema } from '../../spec/json-schema.ts';
import type { Message } from '../../spec/message.ts';
import type { ToolDefinition } from '../../spec/tool.ts';
import { callsOf, joinTurns, type PlainMessage, resultOf, systemFirst, textOf } from './plain-messages.ts';
import type { ToolCallWriter } from './tool-calls.ts';

// Tools for runtimes that can hold a model to a JSON Schema but know no tools: the model answers with an object that is
// either calls or an answer. Every model can, and every call fits its schema.

/** The tools a request offers, of which the model may choose. @throws ValidationError for tools only a provider could run. */
export function offeredTools({ tools = [], toolChoice = 'auto' }: CompletionRequest): ToolDefinition[] {
  if (toolChoice === 'none') return [];
  const own = tools.map((tool): ToolDefinition => {
    if ('definition' in tool) throw new ValidationError("invalid input: a local model cannot call a provider's own tool", { path: 'tools' });
    return tool;
  });
  if (typeof toolChoice === 'string') return own;
  const named = own.filter(({ name }) => name === toolChoice.name);
  if (named.length === 0) throw new ValidationError(`invalid input: toolChoice names '${toolChoice.name}', which is not among the tools`, { path: 'toolChoice' });
  return named;
}

const list = (tools: readonly ToolDefinition[]): string =>
  tools.map(({ name, description, parameters }) => `- ${name}${description ? `: ${description}` : ''} Arguments: ${JSON.stringify(parameters ?? {})}`).join('\n');

/** The instruction that goes with `toolSchema`. */
export function toolInstruction(tools: readonly ToolDefinition[], mayAnswer: boolean): string {
  const answer = mayAnswer ? ' When you need no tool, answer with {"answer": ...} instead.' : '';
  return `You can call these tools:\n${list(tools)}\nTo call tools, answer with {"tool_calls": [{"name": ..., "arguments": {...}}]}; their results follow.${answer}`;
}

/** Calls of these tools, or an answer. */
export function toolSchema(tools: readonly ToolDefinition[], mayAnswer: boolean, format: ResponseFormat | undefined): JsonSchema {
  const call = (tool: ToolDefinition): JsonSchema => object({ name: { const: tool.name }, arguments: tool.parameters ?? { type: 'object', properties: {} } });
  const calls = object({ tool_calls: { type: 'array', minItems: 1, items: { anyOf: tools.map(call) } } });
  return mayAnswer ? { anyOf: [calls, object({ answer: format?.type === 'json_schema' ? format.schema : { type: format?.type === 'json_object' ? 'object' : 'string' } })] } : calls;
}

function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** The conversation without tool messages: calls as the model wrote them, results as what it is told. */
export function plainConversation(messages: readonly Message[], model: string, instruction: string = ''): PlainMessage[] {
  const plain = messages.map((message): PlainMessage => {
    if (message.role === 'tool') return { role: 'user', content: `${message.isError ? 'Failure' : 'Result'} of ${message.name ?? 'the tool'}: ${resultOf(message, model)}` };
    const calls = callsOf(message).map(({ name, arguments: args }) => ({ name, arguments: args }));
    return { role: message.role, content: calls.length > 0 ? JSON.stringify({ tool_calls: calls }) : textOf(message, model) };
  });
  return joinTurns(systemFirst(plain, instruction));
}

/** Reads an answer that keeps to `toolSchema`: the text of `answer` as it grows, calls when they are complete. */
export class SchemaToolCalls {
  readonly #text: (text: string) => void;
  readonly #calls: ToolCallWriter;
  readonly #json = new PartialJson();
  #raw = '';
  #shown = 0;

  constructor(text: (text: string) => void, calls: ToolCallWriter) {
    this.#text = text;
    this.#calls = calls;
  }

  push(piece: string): void {
    this.#raw += piece;
    this.#json.push(piece);
    const answer = isRecord(this.#json.value) ? this.#json.value['answer'] : undefined;
    if (typeof answer !== 'string' || answer.length === this.#shown) return;
    this.#text(answer.slice(this.#shown));
    this.#shown = answer.length;
  }

  /** A text that is no such object, which a runtime that does not keep to the schema may give, is the answer itself. */
  end(): void {
    const { value } = this.#json;
    const calls = isRecord(value) && Array.isArray(value['tool_calls']) ? value['tool_calls'] : [];
    const written = this.#json.complete ? calls.filter((call) => this.#calls.write(call)) : [];
    if (written.length > 0 || this.#shown > 0) return;
    const answer = isRecord(value) ? value['answer'] : undefined;
    if (this.#json.complete && answer !== undefined) this.#text(typeof answer === 'string' ? answer : JSON.stringify(answer));
    else if (this.#raw !== '') this.#text(this.#raw);
  }
}
