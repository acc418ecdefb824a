import { ResponseFormatError } from '../base/error-classes.ts';
import { isBlazenError } from '../base/errors.ts';
import type { JsonValue } from '../base/json.ts';
import { parseJson } from '../base/json-codec.ts';
import { PartialJson } from '../base/partial-json.ts';
import type { CompletionOptions } from '../spec/completion.ts';
import { ChatMessage, type MessageLike } from './chat-message.ts';
import type { ChatModel, CompletionResponse } from './chat-model.ts';
import { applySchema, toJsonSchema, type AnySchema, type OutputOf } from './to-json-schema.ts';

/** How a value is extracted. */
export interface ExtractOptions extends Omit<CompletionOptions, 'responseFormat'> {
  /** Ask by response schema (which providers that know none get as JSON mode), or by a tool. Default 'schema'. */
  readonly mode?: 'schema' | 'tool';
  /** Name of the value for the model. Default "structured_output". */
  readonly name?: string;
  readonly description?: string;
  /** How often an answer that does not fit is sent back with its problems. Default 2. */
  readonly maxRepairs?: number;
}

/** A value the model gave, checked. */
export interface Extraction<Value> {
  readonly data: Value;
  /** The answer the value is from. */
  readonly response: CompletionResponse;
  /** How many answers did not fit before. */
  readonly repairs: number;
}

/**
 * Ask for a value of the schema's shape.
 *
 * @throws ValidationError or ResponseFormatError when the last answer does not fit, and what a completion throws.
 */
export async function extract<Schema extends AnySchema>(
  model: ChatModel, schema: Schema, messages: readonly MessageLike[], options: ExtractOptions = {},
): Promise<Extraction<OutputOf<Schema>>> {
  const { mode = 'schema', name = 'structured_output', description, maxRepairs = 2, ...completion } = options;
  const ask = request(schema, mode, name, description, completion);
  const conversation = [...messages];
  for (let repairs = 0; ; repairs++) {
    const response = await model.complete(conversation, ask);
    try {
      const data = await applySchema(schema, readAnswer(response, mode), 'answer') as OutputOf<Schema>;
      return { data, response, repairs };
    } catch (error) {
      if (repairs >= maxRepairs || !isBlazenError(error) || response.finishReason === 'length') throw error;
      conversation.push(response.message, ...complain(response, error.message));
    }
  }
}

/** A value while it is written: iterate for what is known so far, await for the checked value. */
export class ExtractionStream<Value> implements AsyncIterable<unknown>, PromiseLike<Extraction<Value>> {
  readonly #parts: AsyncGenerator<unknown>;
  readonly #result: Promise<Extraction<Value>>;

  constructor(parts: AsyncGenerator<unknown>, result: Promise<Extraction<Value>>) {
    this.#parts = parts;
    this.#result = result;
    // Somebody who only iterates learns of the failure there.
    result.catch(() => undefined);
  }

  /** One object that grows; copy it to keep it. */
  [Symbol.asyncIterator](): AsyncGenerator<unknown> { return this.#parts; }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting the stream gives the checked value
  async then<A = Extraction<Value>, B = never>(
    onResult?: ((result: Extraction<Value>) => A | PromiseLike<A>) | null, onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const drain = async (): Promise<Extraction<Value>> => {
      while (!(await this.#parts.next()).done);
      return this.#result;
    };
    return drain().then(onResult, onError);
  }
}

/** `extract` with the unfinished value on the way; there is no second try, because parts were shown already. */
export function extractStream<Schema extends AnySchema>(
  model: ChatModel, schema: Schema, messages: readonly MessageLike[], options: Omit<ExtractOptions, 'maxRepairs'> = {},
): ExtractionStream<OutputOf<Schema>> {
  const { mode = 'schema', name = 'structured_output', description, ...completion } = options;
  const stream = model.stream(messages, request(schema, mode, name, description, completion));
  let resolve: (extraction: Extraction<OutputOf<Schema>>) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const result = new Promise<Extraction<OutputOf<Schema>>>((onResult, onError) => {
    resolve = onResult;
    reject = onError;
  });
  async function* read(): AsyncGenerator<unknown> {
    const text = new PartialJson();
    try {
      for await (const part of stream) {
        if (part.type === 'text') text.push(part.delta);
        else if (part.type !== 'tool-call' || mode !== 'tool') continue;
        const value: JsonValue | undefined = part.type === 'tool-call' ? part.partialArguments : text.value;
        if (value !== undefined) yield value;
      }
      const response = await stream;
      resolve({ data: await applySchema(schema, readAnswer(response, mode), 'answer') as OutputOf<Schema>, response, repairs: 0 });
    } catch (error) {
      reject(error);
      throw error;
    }
  }
  return new ExtractionStream(read(), result);
}

function request(schema: AnySchema, mode: 'schema' | 'tool', name: string, description: string | undefined, completion: CompletionOptions): CompletionOptions {
  const json = toJsonSchema(schema);
  const about = description === undefined ? {} : { description };
  return mode === 'schema' ? { ...completion, responseFormat: { type: 'json_schema', schema: json, name, ...about } }
    : { ...completion, tools: [{ name, parameters: json, ...about }], toolChoice: { name } };
}

/** The value in an answer; code fences and words around it are forgiven. */
function readAnswer(response: CompletionResponse, mode: 'schema' | 'tool'): unknown {
  if (mode === 'tool') {
    const [call] = response.toolCalls;
    if (call === undefined || call.error !== undefined) throw new ResponseFormatError(`the answer holds no usable value: ${call?.error ?? 'the tool was not called'}`);
    return call.arguments;
  }
  const text = response.content?.trim() ?? '';
  const candidates = [text, /```(?:json)?\s*([\s\S]*?)```/.exec(text)?.[1] ?? '', text.slice(text.search(/[[{]/), Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1)];
  for (const candidate of candidates) {
    try {
      if (candidate !== '') return parseJson(candidate);
    } catch {
      // The next candidate may do.
    }
  }
  throw new ResponseFormatError(`the answer is not JSON: ${JSON.stringify(text.slice(0, 80))}`);
}

function complain(response: CompletionResponse, problem: string): ChatMessage[] {
  const text = `That does not fit: ${problem}. Give the whole value again, corrected.`;
  const calls = response.toolCalls.map(({ id, name }) => ChatMessage.toolResultMessage(id, name, text, true));
  return calls.length > 0 ? calls : [ChatMessage.user(text)];
}
