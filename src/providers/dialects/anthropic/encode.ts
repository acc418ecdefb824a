import { isRecord, type JsonValue } from '../../../base/json.ts';
import type { CompletionRequest, ReasoningOptions } from '../../../spec/completion.ts';
import type { CacheControl, ContentPart, FilePart, Message } from '../../../spec/message.ts';
import {
  budgetFor, cannotSend, compact, isFunctionTool, partsOf, schemaInstruction, splitSystem, strictSchema, stopList, toolResultView,
  toolSchema, unresolved, type EncodeContext, type Mutable,
} from '../../core/encode.ts';

const DEFAULT_MAX_TOKENS = 4096;
const DEFAULT_BUDGET = 8192;

/** The body of a messages request. */
export function encodeAnthropic(request: CompletionRequest, context: EncodeContext): Mutable {
  const [system, rest] = splitSystem(request.messages);
  const { reasoning, responseFormat: format } = request;
  const blocks = system.flatMap((message) => partsOf(message).map((part) => encodePart(part, context)));
  if (format?.type === 'json_object') blocks.push({ type: 'text', text: schemaInstruction(format) });
  const body = compact({
    model: context.model, max_tokens: request.maxTokens ?? DEFAULT_MAX_TOKENS, system: encodeSystem(blocks),
    messages: encodeMessages(rest, context), temperature: request.temperature, top_p: request.topP, stop_sequences: stopList(request),
    tools: encodeTools(request), tool_choice: encodeChoice(request), cache_control: encodeCache(request.cacheControl),
  });
  if (context.stream) body['stream'] = true;
  if (format?.type === 'json_schema') body['output_config'] = { format: { type: 'json_schema', schema: strictSchema(format).schema } };
  if (reasoning) think(body, reasoning, request.maxTokens, context.model);
  return body;
}

/** Newer models decide themselves how long to think and take an effort; older ones take a budget inside max_tokens. */
function think(body: Mutable, reasoning: ReasoningOptions, maxTokens: number | undefined, model: string): void {
  if (reasoning.effort === 'none') return;
  if (reasoning.budgetTokens === undefined && isAdaptive(model)) {
    body['thinking'] = { type: 'adaptive' };
    if (reasoning.effort !== undefined) body['output_config'] = { ...(body['output_config'] as Mutable | undefined), effort: reasoning.effort };
    return;
  }
  const budget = budgetFor(reasoning) ?? DEFAULT_BUDGET;
  body['thinking'] = { type: 'enabled', budget_tokens: budget };
  if (maxTokens === undefined || maxTokens <= budget) body['max_tokens'] = budget + (maxTokens ?? DEFAULT_MAX_TOKENS);
}

function isAdaptive(model: string): boolean {
  const [, major = '', minor = ''] = /claude-[a-z]+-(\d+)(?:[-.](\d{1,2})(?!\d))?/.exec(model) ?? [];
  return Number(major) > 4 || (major === '4' && Number(minor) >= 6);
}

function encodeSystem(blocks: Mutable[]): JsonValue | undefined {
  if (blocks.length === 0) return undefined;
  if (blocks.some((block) => block['cache_control'] !== undefined)) return blocks;
  return blocks.map((block) => block['text'] as string).join('\n\n');
}

function encodeTools(request: CompletionRequest): JsonValue | undefined {
  if (!request.tools?.length) return undefined;
  return request.tools.map((tool) => (isFunctionTool(tool)
    ? compact({ name: tool.name, description: tool.description, input_schema: toolSchema(tool), strict: tool.strict })
    : tool.definition));
}

function encodeChoice({ toolChoice, tools }: CompletionRequest): JsonValue | undefined {
  if (toolChoice === undefined || !tools?.length) return undefined;
  if (typeof toolChoice === 'object') return { type: 'tool', name: toolChoice.name };
  return { type: toolChoice === 'required' ? 'any' : toolChoice };
}

function encodeCache(cache: CacheControl | undefined): Mutable | undefined {
  return cache && compact({ type: 'ephemeral', ttl: cache.ttl });
}

/** Roles must alternate: user and tool messages in a row become one. */
function encodeMessages(messages: readonly Message[], context: EncodeContext): JsonValue[] {
  const out: { role: string; content: Mutable[] }[] = [];
  for (const message of messages) {
    const role = message.role === 'tool' ? 'user' : message.role;
    const content = message.role === 'tool' ? [encodeToolResult(message, context)]
      : message.role === 'assistant' ? partsOf(message).flatMap((part) => encodeAnswer(part, context))
        : partsOf(message).map((part) => encodePart(part, context));
    const last = out.at(-1);
    if (last?.role === role && role !== 'system') last.content.push(...content);
    else if (content.length > 0) out.push({ role, content });
  }
  return out;
}

/** A piece of an earlier answer: the provider's own block where there is one. */
function encodeAnswer(part: ContentPart, context: EncodeContext): Mutable[] {
  const own = part.providerData?.['anthropic'];
  const cache = cacheField(part);
  if (part.type === 'tool-call') {
    return [{ type: 'tool_use', id: part.id, name: part.name, input: part.arguments, ...(isRecord(own) ? (own) : {}), ...cache }];
  }
  if (isRecord(own)) return [own];
  // Thoughts and server items of other providers mean nothing here, and empty text is refused.
  if (part.type === 'reasoning' || part.type === 'provider' || (part.type === 'text' && part.text === '')) return [];
  return [encodePart(part, context)];
}

function cacheField(part: ContentPart): Mutable {
  return part.cacheControl ? { cache_control: encodeCache(part.cacheControl) as Mutable } : {};
}

function encodePart(part: ContentPart, context: EncodeContext): Mutable {
  const own = part.providerData?.['anthropic'];
  if (isRecord(own)) return own;
  const cache = cacheField(part);
  switch (part.type) {
    case 'text': return { type: 'text', text: part.text, ...cache };
    case 'image': return { type: 'image', source: encodeSource(part, part.mediaType ?? 'image/png'), ...cache };
    case 'file': return compact({ type: 'document', source: encodeDocument(part), title: part.filename, ...cache });
    default: throw cannotSend(`a ${part.type} part`, context.provider);
  }
}

function encodeDocument(part: FilePart): Mutable {
  const mediaType = part.mediaType ?? 'application/pdf';
  if (part.source.type === 'base64' && mediaType.startsWith('text/')) {
    return { type: 'text', media_type: 'text/plain', data: new TextDecoder().decode(Uint8Array.from(atob(part.source.data), (char) => char.charCodeAt(0))) };
  }
  return encodeSource(part, mediaType);
}

function encodeSource({ source }: ContentPart & { source: FilePart['source'] }, mediaType: string): Mutable {
  switch (source.type) {
    case 'url': return { type: 'url', url: source.url };
    case 'base64': return { type: 'base64', media_type: mediaType, data: source.data };
    case 'provider_file':
      if (source.provider === 'anthropic') return { type: 'file', file_id: source.id };
      throw unresolved(source);
    default: throw unresolved(source);
  }
}

function encodeToolResult(message: Message, context: EncodeContext): Mutable {
  const view = toolResultView(message, ['anthropic', context.provider]);
  const content: JsonValue = view.kind === 'text' ? view.text
    : view.kind === 'json' ? [{ type: 'text', text: JSON.stringify(view.value) }]
      : view.kind === 'parts' ? view.parts.map((part) => encodePart(part, context))
        : isRecord(view.value) ? [view.value] : view.value;
  return compact({ type: 'tool_result', tool_use_id: message.toolCallId, content, is_error: message.isError });
}
