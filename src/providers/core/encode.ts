import { UnsupportedError } from '../../base/error-classes.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { CompletionRequest, ReasoningOptions, ResponseFormat } from '../../spec/completion.ts';
import type { MediaSource } from '../../spec/content.ts';
import type { JsonSchema } from '../../spec/json-schema.ts';
import type { ContentPart, Message, ToolCallContent } from '../../spec/message.ts';
import type { ProviderTool, ToolDefinition } from '../../spec/tool.ts';

/** A JSON object under construction. */
export type Mutable = Record<string, JsonValue>;

/** What an encoder needs besides the request. */
export interface EncodeContext {
  readonly model: string;
  readonly stream: boolean;
  /** Who serves the model; decides which `provider_raw` payloads apply. */
  readonly provider: string;
}

/** The message's content as parts. */
export function partsOf(message: Message): readonly ContentPart[] {
  return typeof message.content === 'string' ? (message.content === '' ? [] : [{ type: 'text', text: message.content }]) : message.content;
}

/** The message's text, parts joined. */
export function textOf(message: Message): string {
  return typeof message.content === 'string' ? message.content : joinText(message.content);
}

/** The text of the text parts. */
export function joinText(parts: readonly ContentPart[], separator = ''): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).filter(Boolean).join(separator);
}

/** The system messages before the first other one, and the rest. */
export function splitSystem(messages: readonly Message[]): [system: readonly Message[], rest: readonly Message[]] {
  const first = messages.findIndex(({ role }) => role !== 'system');
  return first === -1 ? [messages, []] : [messages.slice(0, first), messages.slice(first)];
}

/** An object without the fields that are undefined. */
export function compact(fields: Record<string, JsonValue | undefined>): Mutable {
  const result: Mutable = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) result[name] = value;
  return result;
}

/** What a tool result tells the model, before a dialect gives it its form. */
export type ToolResultView =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'json'; readonly value: JsonValue }
  | { readonly kind: 'parts'; readonly parts: readonly ContentPart[] }
  | { readonly kind: 'raw'; readonly value: JsonValue };

/** @param names under which `provider_raw` payloads address this provider. */
export function toolResultView(message: Message, names: readonly string[]): ToolResultView {
  const { toolResult, content } = message;
  const override = toolResult?.llmOverride;
  if (override?.kind === 'provider_raw') {
    if (names.includes(override.provider)) return { kind: 'raw', value: override.value };
  } else if (override !== undefined) {
    return override;
  }
  if (toolResult !== undefined) {
    return typeof toolResult.data === 'string' ? { kind: 'text', text: toolResult.data } : { kind: 'json', value: toolResult.data };
  }
  if (typeof content === 'string') return { kind: 'text', text: content };
  const [first] = content;
  return content.length === 1 && first?.type === 'text' ? { kind: 'text', text: first.text } : { kind: 'parts', parts: content };
}

/** An address for the source: its own, or a data URL. */
export function mediaUrl(source: MediaSource, mediaType: string): string {
  if (source.type === 'url') return source.url;
  if (source.type === 'base64') return `data:${mediaType};base64,${source.data}`;
  throw unresolved(source);
}

/** The error for a source that a content store should have replaced, or that this provider cannot read. */
export function unresolved(source: MediaSource): UnsupportedError {
  const what = source.type === 'handle' ? 'a content handle' : source.type === 'file' ? 'a local path' : source.type === 'provider_file' ? `a file of ${source.provider}` : `a source of type ${source.type}`;
  return new UnsupportedError(`unsupported: ${what} cannot be sent to this provider. Resolve it through its ContentStore first`);
}

/** The error for a part this provider does not take. */
export function cannotSend(what: string, provider: string): UnsupportedError {
  return new UnsupportedError(`unsupported: ${provider} does not take ${what} here`);
}

/** True for tools with a schema of ours, false for the provider's own. */
export function isFunctionTool(tool: ToolDefinition | ProviderTool): tool is ToolDefinition {
  return !('definition' in tool);
}

/** A tool's schema; an object without properties when it has none. */
export function toolSchema(tool: ToolDefinition): JsonObject {
  return (tool.parameters ?? { type: 'object', properties: {} }) as JsonObject;
}

/** The call a tool message answers. */
export function findCall(messages: readonly Message[], id: string | undefined): ToolCallContent | undefined {
  for (let i = messages.length - 1; i >= 0; i--) {
    const { content } = messages[i] as Message;
    if (typeof content === 'string') continue;
    const call = content.find((part) => part.type === 'tool-call' && part.id === id);
    if (call) return call as ToolCallContent;
  }
  return undefined;
}

/** The requested schema, ready to send: strict only where every object can be closed and every property is required. */
export function strictSchema(format: ResponseFormat & { type: 'json_schema' }): { schema: JsonObject; strict: boolean } {
  if (format.strict === false) return { schema: format.schema as JsonObject, strict: false };
  const closed = close(format.schema);
  if (closed !== undefined) return { schema: closed as JsonObject, strict: true };
  return { schema: format.schema as JsonObject, strict: format.strict ?? false };
}

/** The schema with every object closed; undefined when an object has optional or free properties. */
function close(schema: JsonSchema): JsonSchema | undefined {
  const result: Record<string, unknown> = { ...schema };
  if (schema.properties !== undefined || schema.type === 'object') {
    const properties = schema.properties ?? {};
    if (schema.additionalProperties !== undefined && schema.additionalProperties !== false) return undefined;
    if (Object.keys(properties).some((name) => !schema.required?.includes(name))) return undefined;
    result['additionalProperties'] = false;
  }
  for (const keyword of ['properties', '$defs', 'definitions']) {
    const inner = schema[keyword] as Record<string, JsonSchema> | undefined;
    if (inner === undefined) continue;
    const entries = Object.entries(inner).map(([name, value]) => [name, close(value)] as const);
    if (entries.some(([, value]) => value === undefined)) return undefined;
    result[keyword] = Object.fromEntries(entries);
  }
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const inner = schema[keyword] as readonly JsonSchema[] | undefined;
    if (inner === undefined) continue;
    const list = inner.map(close);
    if (list.includes(undefined)) return undefined;
    result[keyword] = list;
  }
  if (typeof schema.items === 'object') {
    const items = close(schema.items);
    if (items === undefined) return undefined;
    result['items'] = items;
  }
  return result;
}

/** A thinking budget for an effort, where the provider counts in tokens. */
export function budgetFor({ effort, budgetTokens }: ReasoningOptions): number | undefined {
  if (budgetTokens !== undefined) return budgetTokens;
  return effort === undefined || effort === 'none' ? undefined : { minimal: 1024, low: 2048, medium: 8192, high: 16384, xhigh: 32768, max: 49152 }[effort];
}

/** Stop texts as a list; undefined when there are none. */
export function stopList(request: CompletionRequest): JsonValue | undefined {
  if (request.stop === undefined) return undefined;
  return typeof request.stop === 'string' ? [request.stop] : request.stop;
}

/** Instruction for providers that know JSON mode but no schema. */
export function schemaInstruction(format: ResponseFormat): string {
  if (format.type === 'json_schema') return `Answer only with a JSON value that matches this JSON Schema:\n${JSON.stringify(format.schema)}`;
  return 'Answer only with a JSON value.';
}

/** The extension or MIME subtype, such as 'pdf' or 'png'; used where a provider wants a bare format name. */
export function formatName(mediaType: string | undefined, fallback: string): string {
  const subtype = mediaType?.split(';')[0]?.split('/')[1];
  return subtype === undefined ? fallback : FORMATS[subtype] ?? subtype;
}

const FORMATS: Readonly<Record<string, string>> = {
  mpeg: 'mp3', 'x-wav': 'wav', wave: 'wav', plain: 'txt', markdown: 'md', quicktime: 'mov', 'x-matroska': 'mkv', '3gpp': 'three_gp',
  msword: 'doc', 'vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx', 'vnd.ms-excel': 'xls',
  'vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};
