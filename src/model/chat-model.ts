import type {
  ChatModelSpec, CompletionOptions, CompletionRequest, CompletionResult, RequestTiming, ResponseFormat, StreamPart,
} from '../spec/completion.ts';
import type { JsonSchema } from '../spec/json-schema.ts';
import type { ResultAssembler } from './assemble.ts';
import { ChatMessage, type MessageLike } from './chat-message.ts';
import { ChatStream } from './chat-stream.ts';
import { costOf } from './pricing.ts';

/** A model's answer, with the message class of this package. */
export interface CompletionResponse extends Omit<CompletionResult, 'message'> {
  /** The answer as a message: append it to the conversation for the next turn. */
  readonly message: ChatMessage;
}

/** A chat model: ask it for a whole answer or a stream. */
export class ChatModel implements ChatModelSpec {
  readonly #spec: ChatModelSpec;
  readonly modelId: string;

  /** @param modelId overrides the model's own id for every request. */
  constructor(spec: ChatModelSpec, modelId: string = spec.modelId) {
    this.#spec = spec;
    this.modelId = modelId;
  }

  get provider(): string { return this.#spec.provider; }

  /** The same model under another id. */
  withModel(modelId: string): ChatModel {
    return new ChatModel(this.#spec, modelId);
  }

  /**
   * Ask for a whole answer.
   *
   * @throws AuthError, RateLimitError, ModelNotFoundError, ContentPolicyError, TimeoutError, AbortedError, NetworkError,
   *   IncompleteStreamError, ResponseFormatError or ProviderError; `retryable` says whether trying again can help.
   */
  async complete(messages: readonly MessageLike[], options: CompletionOptions = {}): Promise<CompletionResponse> {
    const started = Date.now();
    const result = await this.doComplete(toRequest(messages, options));
    return this.#respond(result, { totalMs: Date.now() - started, ...result.timing });
  }

  /** The reference's name for `complete` with options. */
  completeWithOptions(messages: readonly MessageLike[], options: CompletionOptions): Promise<CompletionResponse> {
    return this.complete(messages, options);
  }

  /**
   * Ask for an answer in parts: iterate the result, pass a callback, or both; await it for the whole answer.
   *
   * @throws what `complete` throws, from the iterator and from the awaited whole; with `partial` when content had come.
   */
  stream(messages: readonly MessageLike[], onChunk: (part: StreamPart) => void, options?: CompletionOptions): ChatStream<CompletionResponse>;
  stream(messages: readonly MessageLike[], options?: CompletionOptions): ChatStream<CompletionResponse>;
  stream(
    messages: readonly MessageLike[], first: ((part: StreamPart) => void) | CompletionOptions = {}, last: CompletionOptions = {},
  ): ChatStream<CompletionResponse> {
    const options = typeof first === 'function' ? last : first;
    const started = Date.now();
    const request = toRequest(messages, options);
    const finish = (assembler: ResultAssembler): CompletionResponse => (
      this.#respond(assembler.result(request.model ?? this.modelId, request.metadata), { totalMs: Date.now() - started })
    );
    return new ChatStream(this.doStream(request), finish, typeof first === 'function' ? first : undefined);
  }

  /** The reference's name for `stream` with a callback and options. */
  streamWithOptions(messages: readonly MessageLike[], onChunk: (part: StreamPart) => void, options: CompletionOptions): ChatStream<CompletionResponse> {
    return this.stream(messages, onChunk, options);
  }

  doComplete(request: CompletionRequest): Promise<CompletionResult> {
    return this.#spec.doComplete(this.#address(request));
  }

  doStream(request: CompletionRequest): AsyncIterable<StreamPart> {
    return this.#spec.doStream(this.#address(request));
  }

  #address(request: CompletionRequest): CompletionRequest {
    return request.model !== undefined || this.modelId === this.#spec.modelId ? request : { ...request, model: this.modelId };
  }

  #respond(result: CompletionResult, timing: RequestTiming): CompletionResponse {
    const cost = result.cost ?? (result.usage && costOf(result.model, result.usage)) ?? undefined;
    return { ...result, ...(cost === undefined ? {} : { cost }), timing, message: ChatMessage.from(result.message) };
  }
}

/** Messages and options as a request. */
export function toRequest(messages: readonly MessageLike[], options: CompletionOptions): CompletionRequest {
  const { responseFormat, reasoning, ...rest } = options;
  return {
    ...rest, messages: messages.map((message) => ChatMessage.from(message).toMessage()),
    ...(responseFormat === undefined ? {} : { responseFormat: toFormat(responseFormat) }),
    ...(reasoning === undefined ? {} : { reasoning: typeof reasoning === 'string' ? { effort: reasoning } : reasoning }),
  };
}

function toFormat(format: ResponseFormat | JsonSchema): ResponseFormat {
  const { type } = format as ResponseFormat;
  if (type === 'text' || type === 'json_object' || (type === 'json_schema' && 'schema' in format)) return format as ResponseFormat;
  return { type: 'json_schema', schema: format };
}
