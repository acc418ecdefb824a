import type { JsonObject, JsonValue } from '../base/json.ts';
import type { JsonSchema } from './json-schema.ts';
import type { ContentPart, ProviderData } from './message.ts';

/** A tool the model may call. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments; default an object without properties. */
  readonly parameters?: JsonSchema;
  /** Ask the provider to enforce the schema, where it can. */
  readonly strict?: boolean;
}

/** A tool the provider runs itself (web search, code execution …), in that provider's own wire form. */
export interface ProviderTool {
  readonly type: 'provider';
  /** Sent as it is in the request's tool list. */
  readonly definition: JsonObject;
}

/** Which tool the model has to call: its choice, none, at least one, or the named one. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** A tool invocation requested by the model. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** Parsed arguments; an empty object when the text was not a JSON object (then `error` is set). */
  readonly arguments: { readonly [key: string]: JsonValue };
  /** The argument text as the model wrote it. */
  readonly raw: string;
  /** Why the arguments could not be read. */
  readonly error?: string;
  readonly providerData?: ProviderData;
}

/** Names that `LlmPayload` of kind `provider_raw` can address; other provider names are accepted too. */
export type ProviderId =
  | 'openai' | 'openai_compat' | 'azure' | 'anthropic' | 'gemini' | 'responses' | 'fal' | 'cohere' | 'bedrock' | (string & {});

/** What the model sees of a tool result instead of the provider's default conversion of `data`. */
export type LlmPayload =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly value: JsonValue }
  | { readonly kind: 'parts'; readonly parts: readonly ContentPart[] }
  /** Only the named provider sends `value`; the others convert `data`. */
  | { readonly kind: 'provider_raw'; readonly provider: ProviderId; readonly value: JsonValue };

/** A tool's two channels: `data` for the program, `llmOverride` for the model. */
export interface ToolOutput {
  readonly data: JsonValue;
  readonly llmOverride?: LlmPayload;
}
