import type { JsonValue } from '../base/json.ts';
import type { MediaSource } from './content.ts';
import type { ToolCall, ToolOutput } from './tool.ts';

/** Who speaks. */
export type Role = 'system' | 'user' | 'assistant' | 'tool';

/** A provider's own item behind a part, per dialect, sent back as it is so that signatures and hidden state survive. */
export interface ProviderData { readonly [dialect: string]: JsonValue }

/** Ask the provider to cache the prompt up to here. `ttl` is the provider's word, such as '5m' or '1h'. */
export interface CacheControl { readonly ttl?: string }

interface PartBase {
  readonly cacheControl?: CacheControl;
  readonly providerData?: ProviderData;
}

/** Text. */
export interface TextPart extends PartBase { readonly type: 'text'; readonly text: string }
/** A picture. */
export interface ImagePart extends PartBase {
  readonly type: 'image';
  readonly source: MediaSource;
  /** MIME type, such as image/png. */
  readonly mediaType?: string;
  /** How closely the model looks, where the provider has the choice. */
  readonly detail?: 'auto' | 'low' | 'high';
}
/** A sound. */
export interface AudioPart extends PartBase { readonly type: 'audio'; readonly source: MediaSource; readonly mediaType?: string }
/** A video. */
export interface VideoPart extends PartBase { readonly type: 'video'; readonly source: MediaSource; readonly mediaType?: string }
/** A document or any other file. */
export interface FilePart extends PartBase {
  readonly type: 'file';
  readonly source: MediaSource;
  readonly mediaType?: string;
  readonly filename?: string;
}
/** What the model thought before it answered. */
export interface ReasoningPart extends PartBase { readonly type: 'reasoning'; readonly text: string }
/** A call of a tool, at its place in the answer. */
export interface ToolCallContent extends PartBase, ToolCall { readonly type: 'tool-call'; readonly providerData?: ProviderData }
/** Something only the provider understands (a server tool's call or result …), kept for the next turn. */
export interface ProviderPart extends PartBase { readonly type: 'provider'; readonly name: string }

/** One piece of a message. */
export type ContentPart =
  | TextPart | ImagePart | AudioPart | VideoPart | FilePart | ReasoningPart | ToolCallContent | ProviderPart;

/** A message as models take it: plain data that survives JSON and structured clone. */
export interface Message {
  readonly role: Role;
  readonly content: string | readonly ContentPart[];
  /** Which call a tool message answers. */
  readonly toolCallId?: string;
  /** The tool's name, on a tool message. */
  readonly name?: string;
  /** A tool message's structured result; without it `content` is the result. */
  readonly toolResult?: ToolOutput;
  /** True when the tool failed. */
  readonly isError?: boolean;
}
