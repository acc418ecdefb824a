import { ValidationError } from '../base/error-classes.ts';
import { asString, isRecord, type JsonObject, type JsonValue } from '../base/json.ts';
import type { MediaSource } from '../spec/content.ts';
import type { ContentPart, Message, Role as RoleName } from '../spec/message.ts';
import type { LlmPayload, ToolCall, ToolOutput } from '../spec/tool.ts';

/** The roles by name; the plain strings work everywhere too. */
export const Role: { readonly System: 'system'; readonly User: 'user'; readonly Assistant: 'assistant'; readonly Tool: 'tool' } = {
  System: 'system', User: 'user', Assistant: 'assistant', Tool: 'tool',
};

/** A content part as the reference documents write it; `type` and `partType`, nested and flat sources are all read. */
export type ContentPartInput = ContentPart | {
  readonly partType?: string;
  readonly type?: string;
  readonly text?: string;
  readonly [field: string]: unknown;
};

/** What a ChatMessage is made of; `parts` and `content` exclude each other. Both spellings of every field are read. */
export interface ChatMessageInit {
  /** Default 'user'. */
  readonly role?: RoleName | (string & {}) | undefined;
  readonly content?: string | readonly ContentPartInput[] | null | undefined;
  readonly parts?: readonly ContentPartInput[] | undefined;
  readonly toolCallId?: string | undefined;
  readonly name?: string | undefined;
  readonly toolCalls?: readonly unknown[] | undefined;
  readonly toolResult?: unknown;
  readonly isError?: boolean | undefined;
  readonly tool_call_id?: string | undefined;
  readonly tool_calls?: readonly unknown[] | undefined;
  readonly tool_result?: unknown;
  readonly is_error?: boolean | undefined;
}

/** Anything that can be a message of a request. */
export type MessageLike = ChatMessage | Message | ChatMessageInit;

const ROLES: ReadonlySet<string> = new Set(['system', 'user', 'assistant', 'tool']);

/** One message of a conversation. */
export class ChatMessage {
  readonly role: RoleName;
  /** All parts in order; text alone is one text part. */
  readonly parts: readonly ContentPart[];
  /** Which call a tool message answers. */
  readonly toolCallId: string | undefined;
  /** The tool's name, on a tool message. */
  readonly name: string | undefined;
  /** A tool message's structured result; null when the tool returned plain text, and on other messages. */
  readonly toolResult: ToolOutput | null;
  /** True when the tool failed. */
  readonly isError: boolean;

  /** @throws ValidationError for an unknown role or part. */
  constructor(init: ChatMessageInit | Message = {}) {
    const from = init as ChatMessageInit;
    const role = (from.role ?? 'user').toLowerCase();
    if (!ROLES.has(role)) throw new ValidationError(`invalid input: the role '${role}' is none of system, user, assistant and tool`, { path: 'role' });
    this.role = role as RoleName;
    const content = from.parts ?? from.content ?? '';
    const parts: ContentPart[] = typeof content === 'string' ? (content === '' ? [] : [{ type: 'text', text: content }]) : content.map(readPart);
    // Calls that already stand among the parts keep their place.
    if (!parts.some(({ type }) => type === 'tool-call')) {
      for (const call of from.toolCalls ?? from.tool_calls ?? []) parts.push({ type: 'tool-call', ...readCall(call) });
    }
    this.parts = parts;
    this.toolCallId = from.toolCallId ?? from.tool_call_id;
    this.name = from.name;
    this.toolResult = readToolOutput(from.toolResult ?? from.tool_result) ?? null;
    this.isError = from.isError ?? from.is_error ?? false;
  }

  /** The text; undefined when there is none. */
  get content(): string | undefined {
    const texts = this.parts.filter((part) => part.type === 'text');
    return texts.length === 0 ? undefined : texts.map((part) => part.text).join('');
  }

  /** The calls the message makes. */
  get toolCalls(): readonly ToolCall[] {
    return this.parts.filter((part) => part.type === 'tool-call').map(({ type: _type, cacheControl: _cache, ...call }) => call);
  }

  static system(content: string): ChatMessage { return new ChatMessage({ role: 'system', content }); }
  static user(content: string): ChatMessage { return new ChatMessage({ role: 'user', content }); }
  static assistant(content: string): ChatMessage { return new ChatMessage({ role: 'assistant', content }); }
  /** A tool's result without saying which call it answers; `toolResultMessage` says it. */
  static tool(content: string): ChatMessage { return new ChatMessage({ role: 'tool', content }); }

  /** A tool's result: plain text, or data with what the model sees of it. */
  static toolResultMessage(callId: string, name: string, content: string | ToolOutput, isError: boolean = false): ChatMessage {
    const result = typeof content === 'string' ? { content } : { toolResult: content };
    return new ChatMessage({ role: 'tool', toolCallId: callId, name, isError, ...result });
  }

  static userParts(parts: readonly ContentPartInput[]): ChatMessage { return new ChatMessage({ role: 'user', parts }); }

  static userImageUrl(text: string, url: string, mediaType?: string): ChatMessage {
    return withMedia('image', text, { type: 'url', url }, mediaType);
  }

  /** @param data standard base64. */
  static userImageBase64(text: string, data: string, mediaType: string): ChatMessage {
    return withMedia('image', text, { type: 'base64', data }, mediaType);
  }

  /** Any message-shaped value as a ChatMessage. @throws ValidationError when it is none. */
  static from(value: MessageLike): ChatMessage {
    return value instanceof ChatMessage ? value : new ChatMessage(value);
  }

  /** The plain form models take. */
  toMessage(): Message {
    const [first] = this.parts;
    const plain = this.parts.length === 0 || (this.parts.length === 1 && first?.type === 'text' && !first.providerData && !first.cacheControl);
    return {
      role: this.role, content: plain ? this.content ?? '' : this.parts,
      ...(this.toolCallId === undefined ? {} : { toolCallId: this.toolCallId }), ...(this.name === undefined ? {} : { name: this.name }),
      ...(this.toolResult === null ? {} : { toolResult: this.toolResult }), ...(this.isError ? { isError: true } : {}),
    };
  }

  /** The JSON shape of the reference: snake_case fields, `tool_calls` beside the content. */
  toJSON(): JsonObject {
    const { content } = this.toMessage();
    const { toolCalls, toolResult } = this;
    // Calls alone need no parts: `tool_calls` says it all.
    const simple = typeof content !== 'string' && this.parts.every((part, i) => part.providerData === undefined && (part.type === 'tool-call' || (part.type === 'text' && i === 0)));
    return {
      role: this.role, content: (simple ? this.content ?? '' : content) as JsonValue,
      ...(this.toolCallId === undefined ? {} : { tool_call_id: this.toolCallId }), ...(this.name === undefined ? {} : { name: this.name }),
      ...(toolCalls.length > 0 ? { tool_calls: toolCalls as unknown as JsonValue } : {}),
      ...(toolResult === null ? {} : { tool_result: { data: toolResult.data, ...(toolResult.llmOverride ? { llm_override: toolResult.llmOverride as unknown as JsonValue } : {}) } }),
      ...(this.isError ? { is_error: true } : {}),
    };
  }
}

function withMedia(type: 'image', text: string, source: MediaSource, mediaType: string | undefined): ChatMessage {
  return new ChatMessage({ role: 'user', parts: [{ type: 'text', text }, { type, source, ...(mediaType ? { mediaType } : {}) }] });
}

/** A tool result in either spelling; undefined when the value is none. */
export function readToolOutput(value: unknown): ToolOutput | undefined {
  if (!isRecord(value) || !('data' in value)) return undefined;
  const override = value['llmOverride'] ?? value['llm_override'];
  const payload = readPayload(override);
  return { data: (value['data'] ?? null) as JsonValue, ...(payload ? { llmOverride: payload } : {}) };
}

function readPayload(value: unknown): LlmPayload | undefined {
  if (!isRecord(value)) return undefined;
  switch (value['kind']) {
    case 'text': return typeof value['text'] === 'string' ? { kind: 'text', text: value['text'] } : undefined;
    case 'json': return 'value' in value ? { kind: 'json', value: value['value'] as JsonValue } : undefined;
    case 'parts': return Array.isArray(value['parts']) ? { kind: 'parts', parts: value['parts'].map(readPart) } : undefined;
    case 'provider_raw': return typeof value['provider'] === 'string' ? { kind: 'provider_raw', provider: value['provider'], value: value['value'] as JsonValue } : undefined;
    default: return undefined;
  }
}

function readCall(value: unknown): ToolCall {
  if (!isRecord(value) || typeof value['name'] !== 'string') throw new ValidationError('invalid input: a tool call needs a name', { path: 'toolCalls' });
  const args = isRecord(value['arguments']) ? value['arguments'] : {};
  return {
    ...(value as unknown as ToolCall), id: asString(value['id']) ?? '', arguments: args as ToolCall['arguments'],
    raw: asString(value['raw']) ?? JSON.stringify(args),
  };
}

const MEDIA: ReadonlySet<string> = new Set(['image', 'audio', 'video', 'file']);

/** A content part in the spelling of any of the reference documents. */
function readPart(value: unknown): ContentPart {
  if (!isRecord(value)) throw new ValidationError('invalid input: a content part must be an object', { path: 'parts' });
  const type = asString(value['type']) ?? asString(value['partType']);
  if (type === 'tool-call') return { type, ...readCall(value) };
  if (type === 'text' || type === 'reasoning') {
    if (typeof value['text'] !== 'string') throw new ValidationError(`invalid input: a ${type} part needs text`, { path: 'parts' });
    const { partType: _partType, ...rest } = value;
    return { ...rest, type, text: value['text'] };
  }
  if (type === 'provider') return value as unknown as ContentPart;
  if (type === undefined || !MEDIA.has(type)) throw new ValidationError(`invalid input: unknown content part '${String(type)}'`, { path: 'parts' });
  const inner = isRecord(value[type]) ? value[type] : value;
  const { partType: _partType, [type]: _nested, media_type: snake, ...rest } = { ...value, ...inner } as Record<string, unknown>;
  const mediaType = asString(rest['mediaType']) ?? asString(snake);
  return { ...rest, type, source: readSource(inner['source'] ?? inner), ...(mediaType ? { mediaType } : {}) } as ContentPart;
}

function readSource(value: unknown): MediaSource {
  if (isRecord(value)) {
    const type = asString(value['type']) ?? asString(value['sourceType']);
    if (typeof value['url'] === 'string' && (type === 'url' || type === undefined || MEDIA.has(type))) return { type: 'url', url: value['url'] };
    const data = asString(value['data']) ?? asString(value['base64']);
    if (data !== undefined && (type === 'base64' || type === undefined || MEDIA.has(type))) return { type: 'base64', data };
    if (type === 'file' || type === 'provider_file' || type === 'handle') return value as unknown as MediaSource;
  }
  throw new ValidationError('invalid input: the source must be an address (url) or base64 data', { path: 'source' });
}
