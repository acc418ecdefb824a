import type { JsonObject, JsonValue } from '../base/json.ts';
import type { BlazenError } from '../base/errors.ts';
import type { JsonSchema } from './json-schema.ts';
import type { CacheControl, Message, ProviderData } from './message.ts';
import type { ProviderTool, ToolCall, ToolChoice, ToolDefinition } from './tool.ts';

/** Why the model stopped, in one vocabulary; `rawFinishReason` has the provider's word. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'pause' | 'error' | 'other' | 'incomplete';

/** How much the model should think. */
export interface ReasoningOptions {
  readonly effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** Upper bound in tokens, where the provider counts that way. */
  readonly budgetTokens?: number;
  /** Ask for the visible thoughts or their summary. */
  readonly include?: boolean;
}

/** The shape the answer must have. A bare JSON Schema means `json_schema` named "structured_output", strict. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
    readonly type: 'json_schema';
    readonly schema: JsonSchema;
    readonly name?: string;
    readonly description?: string;
    /** Default true. */
    readonly strict?: boolean;
  };

/** How long to wait, in milliseconds; 0 disables. */
export interface RequestTimeouts {
  /** Until the first byte of the answer. Default 600 s without streaming, 120 s with. */
  readonly firstChunkMs?: number;
  /** Between two chunks of a stream; comments and pings count. Default 60 s. */
  readonly idleMs?: number;
  /** The whole request. Default off. */
  readonly totalMs?: number;
}

/** Options of one completion. */
export interface CompletionOptions {
  /** Instead of the model's own id. */
  readonly model?: string;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly topP?: number;
  /** Texts at which the model stops. */
  readonly stop?: string | readonly string[];
  readonly tools?: readonly (ToolDefinition | ProviderTool)[];
  readonly toolChoice?: ToolChoice;
  readonly responseFormat?: ResponseFormat | JsonSchema;
  readonly reasoning?: ReasoningOptions | NonNullable<ReasoningOptions['effort']>;
  /** Cache system prompt, tools and history, where the provider needs to be told. */
  readonly cacheControl?: CacheControl;
  readonly timeouts?: RequestTimeouts;
  /** Extra HTTP headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields added to the request body as they are, last: what this package has no word for. */
  readonly providerOptions?: JsonObject;
  /** The caller's own notes; copied to the response's `metadata`, never sent. */
  readonly metadata?: JsonObject;
  readonly signal?: AbortSignal;
}

/** What a model is asked: messages and options. */
export interface CompletionRequest extends Omit<CompletionOptions, 'responseFormat' | 'reasoning'> {
  readonly messages: readonly Message[];
  readonly responseFormat?: ResponseFormat;
  readonly reasoning?: ReasoningOptions;
}

/** Tokens of one request. */
export interface TokenUsage {
  /** All input, cached or not. */
  readonly promptTokens: number;
  /** All output, reasoning included. */
  readonly completionTokens: number;
  /** May exceed the sum: some providers show the input of their own tools, or of sounds, only here. It is billed as input. */
  readonly totalTokens: number;
  /** The part of the output that was reasoning. */
  readonly reasoningTokens: number;
  /** The part of the input read from the provider's cache. */
  readonly cachedInputTokens: number;
  /** The part of the input written to the provider's cache. */
  readonly cacheWriteTokens: number;
  readonly audioInputTokens?: number;
  readonly audioOutputTokens?: number;
  /** The provider's own numbers. */
  readonly raw?: JsonValue;
}

/** Where an answer took something from. */
export interface Source {
  /** Address, or the id of a document given to the model. */
  readonly id: string;
  readonly url?: string;
  readonly title?: string;
  /** The cited words. */
  readonly text?: string;
  readonly raw?: JsonValue;
}

/** Media the model made. */
export interface GeneratedFile {
  readonly mediaType: string;
  /** Standard base64; absent when the provider gave an address. */
  readonly base64?: string;
  readonly url?: string;
}

/** Milliseconds of one request. */
export interface RequestTiming {
  readonly queueMs?: number;
  readonly executionMs?: number;
  readonly totalMs?: number;
  /** Until the first content of a stream. */
  readonly firstContentMs?: number;
}

/** A model's answer. */
export interface CompletionResult {
  /** The text; absent when the model wrote none. */
  readonly content?: string;
  /** The visible thoughts. */
  readonly reasoning?: string;
  readonly toolCalls: readonly ToolCall[];
  readonly usage?: TokenUsage;
  /** The model that answered, as the provider names it. */
  readonly model: string;
  readonly finishReason?: FinishReason;
  /** The provider's word for the finish reason. */
  readonly rawFinishReason?: string;
  /** US dollars, when the provider reports them or the model's price is registered. */
  readonly cost?: number;
  readonly timing?: RequestTiming;
  readonly sources: readonly Source[];
  readonly images: readonly GeneratedFile[];
  readonly audio: readonly GeneratedFile[];
  readonly videos: readonly GeneratedFile[];
  /** The provider's response id under `id`, and the request's own `metadata`. */
  readonly metadata: JsonObject;
  /** The answer as a message: append it to the conversation for the next turn. */
  readonly message: Message;
}

/** Fields every stream part carries, so that `chunk.delta` and `chunk.toolCalls` can be read without looking at `type`. */
interface PartBase {
  readonly delta?: string;
  readonly finishReason?: FinishReason;
  /** Complete calls: one on a `tool-call` part in state `end`, else none. */
  readonly toolCalls: readonly ToolCall[];
}

/** The answer began. */
export interface StartPart extends PartBase { readonly type: 'start'; readonly id?: string; readonly model?: string }
/** More text. */
export interface TextDelta extends PartBase { readonly type: 'text'; readonly delta: string }
/** More visible thoughts. */
export interface ReasoningDelta extends PartBase { readonly type: 'reasoning'; readonly text: string }
/** A text or reasoning block is complete; `providerData` belongs to it. */
export interface BlockEnd extends PartBase {
  readonly type: 'block-end';
  readonly block: 'text' | 'reasoning';
  readonly providerData?: ProviderData;
}
/** A tool call begins, grows or is complete. */
export interface ToolCallDelta extends PartBase {
  readonly type: 'tool-call';
  readonly state: 'start' | 'delta' | 'end';
  readonly id: string;
  readonly name: string;
  /** Position among the calls of this answer. */
  readonly index: number;
  /** The new argument text; empty in states `start` and `end`. */
  readonly argumentsDelta: string;
  /** The arguments read so far. One object that grows; copy it to keep it. */
  readonly partialArguments: JsonValue | undefined;
}
/** Something only the provider understands, kept for the next turn. */
export interface ProviderDelta extends PartBase {
  readonly type: 'provider';
  readonly name: string;
  readonly providerData: ProviderData;
}
/** A citation. */
export interface SourceDelta extends PartBase { readonly type: 'source'; readonly source: Source }
/** A generated image, sound or video. */
export interface FileDelta extends PartBase { readonly type: 'file'; readonly file: GeneratedFile; readonly providerData?: ProviderData }
/** Token counts so far; the last one counts. */
export interface UsageDelta extends PartBase { readonly type: 'usage'; readonly usage: TokenUsage; readonly cost?: number }
/** The provider said that the answer is complete; always the last part of a complete answer. */
export interface FinishDelta extends PartBase {
  readonly type: 'finish';
  readonly finishReason: FinishReason;
  readonly rawFinishReason?: string;
}
/** The stream failed; the iterator throws the same error next. */
export interface ErrorDelta extends PartBase { readonly type: 'error'; readonly error: BlazenError }

/** A candidate that was not chosen, and why. */
export interface RejectedModel {
  readonly name: string;
  /** One word: a LocalProblem, or the code of the error. */
  readonly problem: string;
  readonly reason: string;
  /** What can be done about it; empty when nobody knows. */
  readonly fix: string;
}

/** Which of several models answers. */
export interface ModelDecision {
  /** Name of the backend, or `<provider>:<model id>`. */
  readonly chosen: string;
  /** It runs on this device. */
  readonly local: boolean;
  /** Those that come before it, and those that failed since. */
  readonly rejected: readonly RejectedModel[];
}

/** A model was chosen to answer; again when the one before failed. Not a part of the answer. */
export interface DecisionPart extends PartBase { readonly type: 'decision'; readonly decision: ModelDecision }

/** One part of a streamed answer. */
export type StreamPart =
  | DecisionPart | StartPart | TextDelta | ReasoningDelta | BlockEnd | ToolCallDelta | ProviderDelta | SourceDelta | FileDelta | UsageDelta
  | FinishDelta | ErrorDelta;

/** A chat model as the rest of the package uses it; users call the methods of ChatModel instead. */
export interface ChatModelSpec {
  /** Who serves the model, such as 'openai'. */
  readonly provider: string;
  readonly modelId: string;
  doComplete(request: CompletionRequest): Promise<CompletionResult>;
  /** The request starts with the first `next()`; `return()` ends it. */
  doStream(request: CompletionRequest): AsyncIterable<StreamPart>;
}
