/**
 * A language model of the AI SDK, of its specification 2, 3 or 4 (`ai` 5, 6 and 7), as far as this package looks at it.
 * Every model of the `@ai-sdk/*` packages is one.
 */
export interface AiSdkModel {
  readonly specificationVersion: 'v2' | 'v3' | 'v4';
  readonly provider: string;
  readonly modelId: string;
  doGenerate(options: never): PromiseLike<unknown>;
  doStream(options: never): PromiseLike<{ readonly stream: ReadableStream<unknown> }>;
}

/** An embedding model of the AI SDK, of its specification 2, 3 or 4. */
export interface AiSdkEmbeddingModel {
  readonly specificationVersion: 'v2' | 'v3' | 'v4';
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined;
  doEmbed(options: never): PromiseLike<unknown>;
}

/** What the AI SDK hands a model of specification 3, as far as it is read here. */
export interface CallOptionsV3 {
  readonly prompt: readonly object[];
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly stopSequences?: string[];
  readonly topP?: number;
  readonly topK?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly seed?: number;
  readonly responseFormat?: { readonly type: 'text' } | { readonly type: 'json'; readonly schema?: object; readonly name?: string; readonly description?: string };
  readonly tools?: readonly ToolV3[];
  readonly toolChoice?: { readonly type: 'auto' | 'none' | 'required' } | { readonly type: 'tool'; readonly toolName: string };
  readonly abortSignal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly providerOptions?: Readonly<Record<string, object>>;
}

/** A tool as the AI SDK hands it to a model. */
export type ToolV3 =
  | { readonly type: 'function'; readonly name: string; readonly description?: string; readonly inputSchema: object; readonly strict?: boolean }
  | { readonly type: 'provider'; readonly id: string; readonly name: string; readonly args: object };

/** JSON as the AI SDK types it: not readonly. */
export type JsonV3 = null | string | number | boolean | JsonV3[] | JsonObjectV3;
/** A JSON object as the AI SDK types it. */
export interface JsonObjectV3 { [key: string]: JsonV3 }

type Metadata = { readonly providerMetadata?: Record<string, JsonObjectV3> };

/** Why a model stopped, in the words of specification 3. */
export interface FinishReasonV3 {
  readonly unified: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'other';
  readonly raw: string | undefined;
}

/** Token counts of specification 3. */
export interface UsageV3 {
  readonly inputTokens: { readonly total: number | undefined; readonly noCache: number | undefined; readonly cacheRead: number | undefined; readonly cacheWrite: number | undefined };
  readonly outputTokens: { readonly total: number | undefined; readonly text: number | undefined; readonly reasoning: number | undefined };
  readonly raw?: JsonObjectV3;
}

/** Something a model could not do. */
export type WarningV3 = { readonly type: 'unsupported'; readonly feature: string; readonly details?: string };

/** One piece of a whole answer. */
export type ContentV3 = (
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | FileV3 | SourceV3 | ToolCallV3
) & Metadata;

/** A file a model made: standard base64. */
export interface FileV3 { readonly type: 'file'; readonly mediaType: string; readonly data: string }
/** A citation. */
export type SourceV3 =
  | { readonly type: 'source'; readonly sourceType: 'url'; readonly id: string; readonly url: string; readonly title?: string }
  | { readonly type: 'source'; readonly sourceType: 'document'; readonly id: string; readonly mediaType: string; readonly title: string };
/** A complete tool call; `input` is JSON text. */
export interface ToolCallV3 { readonly type: 'tool-call'; readonly toolCallId: string; readonly toolName: string; readonly input: string }

/** One part of a streamed answer. */
export type StreamPartV3 =
  | { readonly type: 'stream-start'; readonly warnings: WarningV3[] }
  | { readonly type: 'response-metadata'; readonly id?: string; readonly modelId?: string }
  | ({ readonly type: 'text-start' | 'reasoning-start'; readonly id: string } & Metadata)
  | ({ readonly type: 'text-delta' | 'reasoning-delta'; readonly id: string; readonly delta: string } & Metadata)
  | ({ readonly type: 'text-end' | 'reasoning-end'; readonly id: string } & Metadata)
  | ({ readonly type: 'tool-input-start'; readonly id: string; readonly toolName: string } & Metadata)
  | ({ readonly type: 'tool-input-delta'; readonly id: string; readonly delta: string } & Metadata)
  | ({ readonly type: 'tool-input-end'; readonly id: string } & Metadata)
  | (ToolCallV3 & Metadata) | (FileV3 & Metadata) | (SourceV3 & Metadata)
  | { readonly type: 'finish'; readonly finishReason: FinishReasonV3; readonly usage: UsageV3 }
  | { readonly type: 'error'; readonly error: unknown };

/** A model of this package in the form of the AI SDK's specification 3: takes the place of any model there. */
export interface AiSdkModelV3 {
  readonly specificationVersion: 'v3';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: CallOptionsV3): Promise<{
    content: ContentV3[]; finishReason: FinishReasonV3; usage: UsageV3; warnings: WarningV3[];
    response: { id?: string; modelId: string };
  }>;
  doStream(options: CallOptionsV3): Promise<{ stream: ReadableStream<StreamPartV3> }>;
}

/** An embedding model of this package in the form of the AI SDK's specification 3. */
export interface AiSdkEmbeddingModelV3 {
  readonly specificationVersion: 'v3';
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number | undefined;
  readonly supportsParallelCalls: boolean;
  doEmbed(options: { readonly values: string[]; readonly abortSignal?: AbortSignal }): Promise<{
    embeddings: number[][]; usage?: { tokens: number }; warnings: WarningV3[];
  }>;
}
