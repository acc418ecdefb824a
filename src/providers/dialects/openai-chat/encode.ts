import { isRecord, type JsonObject, type JsonValue } from '../../../base/json.ts';
import type { CompletionRequest, ReasoningOptions } from '../../../spec/completion.ts';
import type { ContentPart, Message } from '../../../spec/message.ts';
import {
  cannotSend, compact, formatName, isFunctionTool, joinText, mediaUrl, partsOf, schemaInstruction, stopList, strictSchema, textOf,
  toolResultView, toolSchema, type EncodeContext, type Mutable,
} from '../../core/encode.ts';

/** Where a server differs from OpenAI. */
export interface OpenAIChatQuirks {
  /** Name of the output limit. Default max_tokens. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** Ask for usage in streams with `stream_options`. Default true. */
  readonly streamUsage?: boolean;
  /** How effort is said: `reasoning_effort`, OpenRouter's `reasoning` object, or not at all. Default effort. */
  readonly reasoning?: 'effort' | 'object' | 'none';
  /** Fields of an assistant message that go back as they came. Default none. */
  readonly replay?: readonly string[];
  /** Replay only where the turn called tools. */
  readonly replayWithCallsOnly?: boolean;
  /** The word for "must call a tool". Default required. */
  readonly requiredWord?: string;
  /** Knows response schemas; else JSON mode and an instruction. Default true. */
  readonly jsonSchema?: boolean;
  /** Takes `cache_control` on text parts. Default false. */
  readonly cacheControl?: boolean;
  /** Sends assistant thoughts as content parts (Mistral). */
  readonly thinkingParts?: boolean;
  /** How documents are sent: OpenAI's `file`, Mistral's `document_url`, or Perplexity's `file_url`. Default file. */
  readonly files?: 'file' | 'document_url' | 'file_url';
  /** `image_url` is the address itself (Mistral) instead of an object. */
  readonly bareImageUrl?: boolean;
  /** Names under which `provider_raw` tool results address this server, besides its own. */
  readonly rawNames?: readonly string[];
}

/** The body of a chat completion request. */
export function encodeOpenAIChat(request: CompletionRequest, context: EncodeContext, quirks: OpenAIChatQuirks): Mutable {
  const format = request.responseFormat;
  const body = compact({
    model: context.model, messages: encodeMessages(request, context, quirks), temperature: request.temperature, top_p: request.topP,
    [quirks.maxTokensField ?? 'max_tokens']: request.maxTokens, stop: stopList(request), tools: encodeTools(request),
    tool_choice: encodeChoice(request, quirks),
  });
  if (context.stream) {
    body['stream'] = true;
    if (quirks.streamUsage !== false) body['stream_options'] = { include_usage: true };
  }
  if (format?.type === 'json_schema' && quirks.jsonSchema !== false) {
    const { schema, strict } = strictSchema(format);
    body['response_format'] = {
      type: 'json_schema', json_schema: compact({ name: format.name ?? 'structured_output', description: format.description, schema, strict }),
    };
  } else if (format !== undefined && format.type !== 'text') {
    body['response_format'] = { type: 'json_object' };
  }
  if (request.reasoning) Object.assign(body, encodeReasoning(request.reasoning, quirks));
  return body;
}

function encodeReasoning({ effort, budgetTokens, include }: ReasoningOptions, quirks: OpenAIChatQuirks): Mutable {
  if (quirks.reasoning === 'none') return {};
  if (quirks.reasoning !== 'object') return effort === undefined ? {} : { reasoning_effort: effort };
  if (budgetTokens === undefined && effort === undefined) return { reasoning: { enabled: true } };
  return { reasoning: compact({ effort: budgetTokens === undefined ? effort : undefined, max_tokens: budgetTokens, exclude: include === false ? true : undefined }) };
}

function encodeTools(request: CompletionRequest): JsonValue | undefined {
  if (!request.tools?.length) return undefined;
  return request.tools.map((tool) => (isFunctionTool(tool)
    ? { type: 'function', function: compact({ name: tool.name, description: tool.description, parameters: toolSchema(tool), strict: tool.strict }) }
    : tool.definition));
}

function encodeChoice({ toolChoice, tools }: CompletionRequest, quirks: OpenAIChatQuirks): JsonValue | undefined {
  if (toolChoice === undefined || !tools?.length) return undefined;
  if (typeof toolChoice === 'object') return { type: 'function', function: { name: toolChoice.name } };
  return toolChoice === 'required' ? quirks.requiredWord ?? 'required' : toolChoice;
}

function encodeMessages(request: CompletionRequest, context: EncodeContext, quirks: OpenAIChatQuirks): JsonValue[] {
  const out: Mutable[] = [];
  // What tool results show (pictures …) follows in a user message, after the last result of the turn.
  let shown: JsonValue[] = [];
  const flush = (): void => {
    if (shown.length > 0) out.push({ role: 'user', content: shown });
    shown = [];
  };
  for (const message of request.messages) {
    if (message.role !== 'tool') flush();
    switch (message.role) {
      case 'tool': {
        const { text, extra } = encodeToolResult(message, context, quirks);
        out.push(compact({ role: 'tool', tool_call_id: message.toolCallId, content: text }));
        shown.push(...extra);
        break;
      }
      case 'assistant': out.push(encodeAssistant(message, quirks)); break;
      default: out.push({ role: message.role, content: encodeContent(message, context, quirks) });
    }
  }
  flush();
  const format = request.responseFormat;
  if (format?.type === 'json_schema' && quirks.jsonSchema === false) out.unshift({ role: 'system', content: schemaInstruction(format) });
  if (request.cacheControl && quirks.cacheControl) markCache(out, request.cacheControl.ttl);
  return out;
}

function encodeContent(message: Message, context: EncodeContext, quirks: OpenAIChatQuirks): JsonValue {
  if (typeof message.content === 'string') return message.content;
  if (message.role === 'system' && !message.content.some((part) => part.cacheControl)) return textOf(message);
  return message.content.map((part) => encodePart(part, context, quirks));
}

function encodePart(part: ContentPart, context: EncodeContext, quirks: OpenAIChatQuirks): Mutable {
  const own = part.providerData?.['openai-chat'];
  if (isRecord(own)) return own;
  const cache = part.cacheControl && quirks.cacheControl ? { cache_control: compact({ type: 'ephemeral', ttl: part.cacheControl.ttl }) } : {};
  switch (part.type) {
    case 'text': return { type: 'text', text: part.text, ...cache };
    case 'image': {
      const url = mediaUrl(part.source, part.mediaType ?? 'image/png');
      return { type: 'image_url', image_url: quirks.bareImageUrl ? url : compact({ url, detail: part.detail }), ...cache };
    }
    case 'audio':
      if (part.source.type !== 'base64') throw cannotSend('audio by address', context.provider);
      return { type: 'input_audio', input_audio: { data: part.source.data, format: formatName(part.mediaType, 'wav') } };
    case 'video': return { type: 'video_url', video_url: { url: mediaUrl(part.source, part.mediaType ?? 'video/mp4') } };
    case 'file': {
      if (part.source.type === 'provider_file') return { type: 'file', file: { file_id: part.source.id } };
      if (quirks.files === 'file_url') {
        return { type: 'file_url', file_url: { url: part.source.type === 'base64' ? part.source.data : mediaUrl(part.source, '') }, ...compact({ file_name: part.filename }) };
      }
      const data = mediaUrl(part.source, part.mediaType ?? 'application/pdf');
      if (quirks.files === 'document_url') return compact({ type: 'document_url', document_url: data, document_name: part.filename });
      return { type: 'file', file: { filename: part.filename ?? 'file', file_data: data }, ...cache };
    }
    default: throw cannotSend(`a ${part.type} part`, context.provider);
  }
}

function encodeAssistant(message: Message, quirks: OpenAIChatQuirks): Mutable {
  const parts = partsOf(message);
  const calls = parts.filter((part) => part.type === 'tool-call').map((call) => ({
    id: call.id, type: 'function', function: { name: call.name, arguments: call.raw || JSON.stringify(call.arguments) },
    ...asFields(call.providerData?.['openai-chat']),
  }));
  const text = textOf(message);
  const result: Mutable = { role: 'assistant', content: text === '' && calls.length > 0 ? null : text };
  if (quirks.thinkingParts) {
    const thoughts = parts.filter((part) => part.type === 'reasoning' && part.text !== '');
    if (thoughts.length > 0) {
      const thinking = thoughts.map((part) => ({ type: 'thinking', thinking: [{ type: 'text', text: (part as { text: string }).text }] }));
      result['content'] = [...thinking, ...(text === '' ? [] : [{ type: 'text', text }])];
    }
  }
  if (quirks.replay && (calls.length > 0 || !quirks.replayWithCallsOnly)) {
    for (const part of parts) {
      const own = asFields(part.type === 'reasoning' ? part.providerData?.['openai-chat'] : undefined);
      for (const field of quirks.replay) if (own[field] !== undefined) result[field] = own[field];
    }
  }
  if (calls.length > 0) result['tool_calls'] = calls;
  return result;
}

function encodeToolResult(message: Message, context: EncodeContext, quirks: OpenAIChatQuirks): { text: string; extra: JsonValue[] } {
  const view = toolResultView(message, [context.provider, ...(quirks.rawNames ?? [])]);
  switch (view.kind) {
    case 'text': return { text: view.text, extra: [] };
    case 'parts': {
      const extra = view.parts.filter((part) => part.type !== 'text').map((part) => encodePart(part, context, quirks));
      return { text: joinText(view.parts, '\n'), extra };
    }
    default: return { text: typeof view.value === 'string' ? view.value : JSON.stringify(view.value), extra: [] };
  }
}

/** Cache up to the end of the system prompt and of the newest message. */
function markCache(messages: Mutable[], ttl: string | undefined): void {
  const cache_control = compact({ type: 'ephemeral', ttl });
  for (const message of [messages.findLast(({ role }) => role === 'system'), messages.findLast(({ role }) => role === 'user')]) {
    if (message === undefined) continue;
    const content = message['content'];
    if (typeof content === 'string') message['content'] = [{ type: 'text', text: content, cache_control }];
    else if (Array.isArray(content)) message['content'] = [...content.slice(0, -1), { ...(content.at(-1) as JsonObject), cache_control }];
  }
}

function asFields(value: JsonValue | undefined): Mutable {
  return isRecord(value) ? (value) : {};
}
