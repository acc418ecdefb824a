import { isRecord, type JsonValue } from '../../../base/json.ts';
import type { CompletionRequest, ReasoningOptions } from '../../../spec/completion.ts';
import type { ContentPart, Message } from '../../../spec/message.ts';
import {
  budgetFor, cannotSend, compact, isFunctionTool, mediaUrl, partsOf, stopList, textOf, toolResultView, toolSchema,
  type EncodeContext, type Mutable,
} from '../../core/encode.ts';

/** The body of a chat request, version 2. */
export function encodeCohere(request: CompletionRequest, context: EncodeContext): Mutable {
  const { toolChoice, responseFormat: format } = request;
  const only = typeof toolChoice === 'object' ? toolChoice.name : undefined;
  const tools = request.tools?.filter((tool) => only === undefined || !isFunctionTool(tool) || tool.name === only).map((tool) => (isFunctionTool(tool)
    ? { type: 'function', function: compact({ name: tool.name, description: tool.description, parameters: toolSchema(tool) }) }
    : tool.definition));
  const body = compact({
    model: context.model, messages: request.messages.map((message) => encodeMessage(message, context)),
    temperature: request.temperature, p: request.topP, max_tokens: request.maxTokens, stop_sequences: stopList(request),
    tools: tools?.length ? tools : undefined,
    // Naming a tool is said by offering only that one.
    tool_choice: !tools?.length ? undefined : only !== undefined || toolChoice === 'required' ? 'REQUIRED' : toolChoice === 'none' ? 'NONE' : undefined,
    thinking: request.reasoning && encodeThinking(request.reasoning),
  });
  if (context.stream) body['stream'] = true;
  if (format?.type === 'json_schema') body['response_format'] = { type: 'json_object', json_schema: format.schema as Mutable };
  else if (format?.type === 'json_object') body['response_format'] = { type: 'json_object' };
  return body;
}

function encodeThinking(reasoning: ReasoningOptions): Mutable {
  if (reasoning.effort === 'none') return { type: 'disabled' };
  return compact({ type: 'enabled', token_budget: reasoning.budgetTokens ?? (reasoning.effort === undefined ? undefined : budgetFor(reasoning)) });
}

function encodeMessage(message: Message, context: EncodeContext): Mutable {
  switch (message.role) {
    case 'assistant': return encodeAssistant(message);
    case 'tool': return compact({ role: 'tool', tool_call_id: message.toolCallId, content: encodeToolResult(message, context) });
    case 'system': return { role: 'system', content: textOf(message) };
    case 'user': return { role: 'user', content: typeof message.content === 'string' ? message.content : message.content.map((part) => encodePart(part, context)) };
  }
}

function encodeAssistant(message: Message): Mutable {
  const result: Mutable = { role: 'assistant' };
  const content: Mutable[] = [];
  const calls: Mutable[] = [];
  for (const part of partsOf(message)) {
    const own = part.providerData?.['cohere'];
    if (part.type === 'tool-call') calls.push({ id: part.id, type: 'function', function: { name: part.name, arguments: part.raw || JSON.stringify(part.arguments) } });
    else if (part.type === 'provider' && isRecord(own)) Object.assign(result, own);
    else if (isRecord(own)) content.push(own);
    else if (part.type === 'text' && part.text !== '') content.push({ type: 'text', text: part.text });
  }
  if (content.length > 0) result['content'] = content;
  if (calls.length > 0) result['tool_calls'] = calls;
  return result;
}

function encodePart(part: ContentPart, context: EncodeContext): Mutable {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'image') return { type: 'image_url', image_url: compact({ url: mediaUrl(part.source, part.mediaType ?? 'image/png'), detail: part.detail }) };
  throw cannotSend(`a ${part.type} part`, context.provider);
}

function encodeToolResult(message: Message, context: EncodeContext): JsonValue {
  const view = toolResultView(message, ['cohere', context.provider]);
  switch (view.kind) {
    case 'text': return view.text;
    case 'parts': return view.parts.flatMap((part) => (part.type === 'text' ? [encodePart(part, context)] : []));
    case 'raw': return view.value;
    case 'json': return JSON.stringify(view.value);
  }
}
