import { Channel } from '../base/channel.ts';
import { enrichError } from '../base/enrich-error.ts';
import { asArray, asNumber, asRecord, asString, isRecord, type JsonObject, type JsonValue } from '../base/json.ts';
import { BlazenError } from '../base/errors.ts';
import { ProviderError, UnsupportedError } from '../base/error-classes.ts';
import type { ChatModelSpec, CompletionRequest, CompletionResult, FinishReason, StreamPart, TokenUsage } from '../spec/completion.ts';
import type { Message } from '../spec/message.ts';
import type { ToolCall } from '../spec/tool.ts';
import { ResultAssembler, toParts } from './assemble.ts';
import { ChatMessage } from './chat-message.ts';
import { ChatModel } from './chat-model.ts';

/** What a custom model gives back; everything may be left out. */
export interface CustomResponse {
  readonly content?: string | null | undefined;
  readonly reasoning?: string | null | undefined;
  readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly arguments?: unknown }[] | undefined;
  /** Default: 'tool_calls' with calls, else 'stop'. */
  readonly finishReason?: string | null | undefined;
  readonly model?: string | undefined;
  readonly usage?: Partial<Omit<TokenUsage, 'raw'>> | undefined;
  readonly cost?: number | undefined;
  readonly metadata?: object | undefined;
}

/** A chunk a custom model streams; a part of this package's own kind is passed on as it is. */
export type CustomChunk = StreamPart | {
  readonly delta?: string | null | undefined;
  readonly finishReason?: string | null | undefined;
  readonly toolCalls?: CustomResponse['toolCalls'];
};

/** The verbs of a custom model; one of them is enough, the other is made from it. */
export interface CustomModelHandlers {
  readonly complete?: ((request: CompletionRequest) => Promise<CustomResponse> | CustomResponse) | undefined;
  /** Calls `onChunk` for each chunk; the promise ends the stream. */
  readonly stream?: ((request: CompletionRequest, onChunk: (chunk: CustomChunk) => void) => Promise<unknown>) | undefined;
}

/** A chat model served by functions; it works wherever a provider's model does. */
export function customModel(modelId: string, handlers: CustomModelHandlers, provider: string = 'custom'): ChatModel {
  return new ChatModel(customSpec(modelId, handlers, provider));
}

/** The reference's form: a function that answers, and one that streams if there is one. */
export function fromJsHandler(
  modelId: string, complete: NonNullable<CustomModelHandlers['complete']>, stream?: CustomModelHandlers['stream'],
): ChatModel {
  return customModel(modelId, { complete, stream });
}

/** The spec behind `customModel`; the handlers are looked up at each request, for classes that override the verbs. */
export function customSpec(modelId: string, handlers: CustomModelHandlers, provider: string): ChatModelSpec {
  const read = (value: unknown): CompletionResult => toResult(value, modelId);
  const spec: ChatModelSpec = {
    provider, modelId,
    async doComplete(request) {
      const { complete, stream } = handlers;
      try {
        if (complete) return read(await complete(request));
      } catch (error) {
        throw typed(error, provider);
      }
      if (!stream) throw new UnsupportedError(`unsupported: the custom model '${modelId}' has neither complete nor stream`);
      const assembler = new ResultAssembler();
      for await (const part of spec.doStream(request)) assembler.add(part);
      return assembler.result(modelId, request.metadata);
    },
    async* doStream(request) {
      const { stream } = handlers;
      if (!stream) return yield* toParts(await spec.doComplete(request));
      const chunks = new Channel<CustomChunk>();
      const ended = stream(request, (chunk) => chunks.push(chunk)).then(() => chunks.end(), (error: unknown) => chunks.end(typed(error, provider)));
      try {
        yield* readChunks(chunks);
      } finally {
        chunks.end();
        void ended;
      }
    },
  };
  return spec;
}

function typed(error: unknown, provider: string): BlazenError {
  const rich = enrichError(error);
  if (rich instanceof BlazenError) return rich;
  return new ProviderError(`${provider} error: ${error instanceof Error ? error.message : String(error)}`, { provider, cause: error });
}

async function* readChunks(chunks: AsyncIterable<CustomChunk>): AsyncGenerator<StreamPart> {
  let calls = 0;
  let finish: string | undefined;
  let finished = false;
  for await (const chunk of chunks) {
    if ('type' in chunk) {
      if (chunk.type === 'finish') finished = true;
      yield chunk;
      continue;
    }
    if (chunk.delta) yield { type: 'text', delta: chunk.delta, toolCalls: [] };
    for (const call of (chunk.toolCalls ?? []).map((value, i) => toCall(value, calls + i))) {
      const shared = { type: 'tool-call' as const, id: call.id, name: call.name, index: calls++, partialArguments: call.arguments as JsonValue };
      yield { ...shared, state: 'start', argumentsDelta: '', toolCalls: [] };
      yield { ...shared, state: 'delta', argumentsDelta: call.raw, toolCalls: [] };
      yield { ...shared, state: 'end', argumentsDelta: '', toolCalls: [call] };
    }
    finish = chunk.finishReason ?? finish;
  }
  // The handler's promise says that the answer is complete; a reason is a courtesy.
  if (!finished) yield { type: 'finish', ...toReason(finish, calls), toolCalls: [] };
}

const REASONS: ReadonlySet<string> = new Set(['stop', 'length', 'tool_calls', 'content_filter', 'pause', 'error', 'other', 'incomplete']);

function toReason(reason: string | null | undefined, calls: number): { finishReason: FinishReason; rawFinishReason?: string } {
  if (!reason) return { finishReason: calls > 0 ? 'tool_calls' : 'stop' };
  return { finishReason: REASONS.has(reason) ? reason as FinishReason : 'other', rawFinishReason: reason };
}

function toCall(value: unknown, index: number): ToolCall {
  const call = asRecord(value);
  const args = isRecord(call['arguments']) ? call['arguments'] : {};
  return {
    id: asString(call['id']) ?? `call_${index}`, name: asString(call['name']) ?? '', arguments: args as ToolCall['arguments'],
    raw: asString(call['raw']) ?? JSON.stringify(args), ...(typeof call['error'] === 'string' ? { error: call['error'] } : {}),
  };
}

/** Whatever a handler returned as a whole result. */
function toResult(value: unknown, modelId: string): CompletionResult {
  if (value instanceof ChatMessage || typeof value === 'string') return toResult({ content: typeof value === 'string' ? value : value.content }, modelId);
  const given = asRecord(value);
  const toolCalls = asArray(given['toolCalls'] ?? given['tool_calls']).map(toCall);
  const content = asString(given['content']);
  const reasoning = asString(given['reasoning']);
  const usage = isRecord(given['usage']) ? toUsage(given['usage']) : undefined;
  const cost = asNumber(given['cost']);
  const message: Message = isRecord(given['message']) ? ChatMessage.from(given['message']).toMessage() : {
    role: 'assistant',
    content: toolCalls.length === 0 && !reasoning ? content ?? '' : [
      ...(reasoning ? [{ type: 'reasoning' as const, text: reasoning }] : []), ...(content ? [{ type: 'text' as const, text: content }] : []),
      ...toolCalls.map((call) => ({ type: 'tool-call' as const, ...call })),
    ],
  };
  return {
    ...(content === undefined ? {} : { content }), ...(reasoning ? { reasoning } : {}), toolCalls, model: asString(given['model']) ?? modelId,
    ...toReason(asString(given['finishReason']) ?? asString(given['finish_reason']), toolCalls.length),
    ...(usage ? { usage } : {}), ...(cost === undefined ? {} : { cost }),
    sources: asArray(given['sources']) as CompletionResult['sources'], images: asArray(given['images']) as CompletionResult['images'],
    audio: asArray(given['audio']) as CompletionResult['audio'], videos: asArray(given['videos']) as CompletionResult['videos'],
    metadata: asRecord(given['metadata']) as JsonObject, message,
  };
}

function toUsage(usage: Record<string, unknown>): TokenUsage {
  const count = (camel: string, snake: string): number => asNumber(usage[camel]) ?? asNumber(usage[snake]) ?? 0;
  const promptTokens = count('promptTokens', 'prompt_tokens');
  const completionTokens = count('completionTokens', 'completion_tokens');
  return {
    promptTokens, completionTokens, totalTokens: count('totalTokens', 'total_tokens') || promptTokens + completionTokens,
    reasoningTokens: count('reasoningTokens', 'reasoning_tokens'), cachedInputTokens: count('cachedInputTokens', 'cached_input_tokens'),
    cacheWriteTokens: count('cacheWriteTokens', 'cache_write_tokens'),
  };
}
