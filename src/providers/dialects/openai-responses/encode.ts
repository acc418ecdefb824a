import { isRecord, type JsonValue } from '../../../base/json.ts';
import type { CompletionRequest } from '../../../spec/completion.ts';
import type { ContentPart, Message } from '../../../spec/message.ts';
import {
  cannotSend, compact, findCall, formatName, isFunctionTool, mediaUrl, partsOf, splitSystem, strictSchema, textOf, toolResultView,
  toolSchema, type EncodeContext, type Mutable,
} from '../../core/encode.ts';

const DIALECT = 'openai-responses';
/** Models that think; only they know encrypted reasoning. */
const THINKS = /^(?:openai[/.])?(?:o\d|gpt-[5-9]|codex|computer-use)/;

/** The body of a response request. */
export function encodeOpenAIResponses(request: CompletionRequest, context: EncodeContext): Mutable {
  const [system, rest] = splitSystem(request.messages);
  const { reasoning, toolChoice } = request;
  const body = compact({
    model: context.model, instructions: system.length > 0 ? system.map(textOf).join('\n\n') : undefined,
    input: rest.flatMap((message) => encodeMessage(message, request.messages, context)),
    temperature: request.temperature, top_p: request.topP, max_output_tokens: request.maxTokens, tools: encodeTools(request),
    tool_choice: toolChoice === undefined || !request.tools?.length ? undefined
      : typeof toolChoice === 'object' ? { type: 'function', name: toolChoice.name } : toolChoice,
  });
  if (context.stream) body['stream'] = true;
  const format = request.responseFormat;
  if (format?.type === 'json_schema') {
    const { schema, strict } = strictSchema(format);
    body['text'] = { format: compact({ type: 'json_schema', name: format.name ?? 'structured_output', description: format.description, schema, strict }) };
  } else if (format?.type === 'json_object') {
    body['text'] = { format: { type: 'json_object' } };
  }
  if (reasoning) body['reasoning'] = compact({ effort: reasoning.effort, summary: reasoning.include ? 'auto' : undefined });
  // Without it a turn that is not stored by the provider cannot be continued.
  if (reasoning || THINKS.test(context.model)) body['include'] = ['reasoning.encrypted_content'];
  return body;
}

function encodeTools(request: CompletionRequest): JsonValue | undefined {
  if (!request.tools?.length) return undefined;
  return request.tools.map((tool) => (isFunctionTool(tool)
    ? compact({ type: 'function', name: tool.name, description: tool.description, parameters: toolSchema(tool), strict: tool.strict ?? false })
    : tool.definition));
}

function encodeMessage(message: Message, all: readonly Message[], context: EncodeContext): Mutable[] {
  switch (message.role) {
    case 'system': return [{ role: 'developer', content: textOf(message) }];
    case 'user':
      return [{ role: 'user', content: typeof message.content === 'string' ? message.content : message.content.map((part) => encodePart(part, context)) }];
    case 'assistant': return partsOf(message).flatMap((part) => encodeItem(part));
    case 'tool': {
      const call = findCall(all, message.toolCallId)?.providerData?.[DIALECT];
      const custom = isRecord(call) && call['type'] === 'custom_tool_call';
      return [compact({ type: custom ? 'custom_tool_call_output' : 'function_call_output', call_id: message.toolCallId, output: encodeOutput(message, context) })];
    }
  }
}

/** A piece of an earlier answer: the provider's own item where there is one. */
function encodeItem(part: ContentPart): Mutable[] {
  const own = part.providerData?.[DIALECT];
  if (isRecord(own)) return [own];
  if (part.type === 'text') return part.text === '' ? [] : [{ role: 'assistant', content: part.text }];
  if (part.type !== 'tool-call') return [];
  return [{ type: 'function_call', call_id: part.id, name: part.name, arguments: part.raw || JSON.stringify(part.arguments) }];
}

function encodePart(part: ContentPart, context: EncodeContext): Mutable {
  const own = part.providerData?.[DIALECT];
  if (isRecord(own)) return own;
  switch (part.type) {
    case 'text': return { type: 'input_text', text: part.text };
    case 'image':
      if (part.source.type === 'provider_file') return compact({ type: 'input_image', file_id: part.source.id, detail: part.detail });
      return compact({ type: 'input_image', image_url: mediaUrl(part.source, part.mediaType ?? 'image/png'), detail: part.detail });
    case 'audio':
      if (part.source.type !== 'base64') throw cannotSend('audio by address', context.provider);
      return { type: 'input_audio', input_audio: { data: part.source.data, format: formatName(part.mediaType, 'wav') } };
    case 'file':
      if (part.source.type === 'provider_file') return { type: 'input_file', file_id: part.source.id };
      if (part.source.type === 'url') return { type: 'input_file', file_url: part.source.url };
      return { type: 'input_file', filename: part.filename ?? 'file', file_data: mediaUrl(part.source, part.mediaType ?? 'application/pdf') };
    default: throw cannotSend(`a ${part.type} part`, context.provider);
  }
}

function encodeOutput(message: Message, context: EncodeContext): JsonValue {
  const view = toolResultView(message, ['responses', context.provider]);
  switch (view.kind) {
    case 'text': return view.text;
    case 'parts': return view.parts.map((part) => encodePart(part, context));
    case 'raw': return view.value;
    case 'json': return JSON.stringify(view.value);
  }
}
