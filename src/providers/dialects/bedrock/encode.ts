import { isRecord, type JsonValue } from '../../../base/json.ts';
import type { CompletionRequest, ReasoningOptions } from '../../../spec/completion.ts';
import type { MediaSource } from '../../../spec/content.ts';
import type { ContentPart, Message } from '../../../spec/message.ts';
import {
  budgetFor, cannotSend, compact, formatName, isFunctionTool, partsOf, splitSystem, stopList, strictSchema, toolResultView, toolSchema,
  unresolved, type EncodeContext, type Mutable,
} from '../../core/encode.ts';

const DIALECT = 'bedrock-converse';
const CACHE_POINT: Mutable = { cachePoint: { type: 'default' } };

/** The body of a Converse request. */
export function encodeBedrock(request: CompletionRequest, context: EncodeContext): Mutable {
  const [system, rest] = splitSystem(request.messages);
  const format = request.responseFormat;
  const cache = request.cacheControl ? [CACHE_POINT] : [];
  const systemBlocks = system.flatMap((message) => partsOf(message).flatMap((part) => encodePart(part, context)));
  const inferenceConfig = compact({
    maxTokens: request.maxTokens, temperature: request.temperature, topP: request.topP, stopSequences: stopList(request),
  });
  const messages = encodeMessages(rest, context);
  if (request.cacheControl) messages.at(-1)?.content.push(CACHE_POINT);
  return compact({
    messages: messages, system: systemBlocks.length > 0 ? [...systemBlocks, ...cache] : undefined,
    inferenceConfig: Object.keys(inferenceConfig).length > 0 ? inferenceConfig : undefined,
    toolConfig: encodeTools(request, cache),
    outputConfig: format?.type === 'json_schema' ? {
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: compact({ name: format.name ?? 'structured_output', description: format.description, schema: JSON.stringify(strictSchema(format).schema) }) },
      },
    } : undefined,
    additionalModelRequestFields: request.reasoning && encodeReasoning(request.reasoning, context.model),
  });
}

function encodeReasoning(reasoning: ReasoningOptions, model: string): Mutable | undefined {
  if (reasoning.effort === 'none') return undefined;
  if (/anthropic|claude/.test(model)) return { thinking: { type: 'enabled', budget_tokens: budgetFor(reasoning) ?? 8192 } };
  return reasoning.effort === undefined ? undefined : { reasoning_effort: reasoning.effort };
}

function encodeTools({ tools, toolChoice }: CompletionRequest, cache: Mutable[]): JsonValue | undefined {
  if (!tools?.length) return undefined;
  const list = tools.map((tool) => (isFunctionTool(tool)
    ? { toolSpec: compact({ name: tool.name, description: tool.description, inputSchema: { json: toolSchema(tool) }, strict: tool.strict }) }
    : tool.definition));
  // There is no "none": the tools of earlier turns must stay declared.
  const choice = typeof toolChoice === 'object' ? { tool: { name: toolChoice.name } } : toolChoice === 'required' ? { any: {} } : undefined;
  return compact({ tools: [...list, ...cache], toolChoice: choice });
}

/** Roles must alternate: user and tool messages in a row become one. */
function encodeMessages(messages: readonly Message[], context: EncodeContext): { role: string; content: Mutable[] }[] {
  const out: { role: string; content: Mutable[] }[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = message.role === 'tool' ? [encodeToolResult(message, context)]
      : partsOf(message).flatMap((part) => (role === 'assistant' ? encodeAnswer(part, context) : encodePart(part, context)));
    const last = out.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) out.push({ role, content });
  }
  return out;
}

function encodeAnswer(part: ContentPart, context: EncodeContext): Mutable[] {
  const own = part.providerData?.[DIALECT];
  if (isRecord(own)) return [own];
  if (part.type === 'tool-call') return [{ toolUse: { toolUseId: part.id, name: part.name, input: part.arguments } }];
  // Thoughts and server items of other providers mean nothing here, and empty text is refused.
  if (part.type === 'reasoning' || part.type === 'provider' || (part.type === 'text' && part.text === '')) return [];
  return encodePart(part, context);
}

function encodePart(part: ContentPart, context: EncodeContext): Mutable[] {
  const own = part.providerData?.[DIALECT];
  const cache = part.cacheControl ? [CACHE_POINT] : [];
  if (isRecord(own)) return [own, ...cache];
  switch (part.type) {
    case 'text': return [{ text: part.text }, ...cache];
    case 'image': return [{ image: { format: formatName(part.mediaType, 'png'), source: encodeSource(part.source) } }, ...cache];
    case 'video': return [{ video: { format: formatName(part.mediaType, 'mp4'), source: encodeSource(part.source) } }, ...cache];
    case 'file': {
      // Names may hold letters, digits, spaces, hyphens and brackets only.
      const name = (part.filename ?? 'document').replace(/\.\w+$/, '').replace(/[^\w\s\-()[\]]/g, '-');
      return [{ document: { format: formatName(part.mediaType, 'pdf'), name, source: encodeSource(part.source) } }, ...cache];
    }
    default: throw cannotSend(`a ${part.type} part`, context.provider);
  }
}

function encodeSource(source: MediaSource): Mutable {
  if (source.type === 'base64') return { bytes: source.data };
  if (source.type === 'url' && source.url.startsWith('s3://')) return { s3Location: { uri: source.url } };
  throw unresolved(source);
}

function encodeToolResult(message: Message, context: EncodeContext): Mutable {
  const view = toolResultView(message, ['bedrock', context.provider]);
  const content: JsonValue = view.kind === 'text' ? [{ text: view.text }]
    : view.kind === 'json' ? [isRecord(view.value) ? { json: view.value } : { text: JSON.stringify(view.value) }]
      : view.kind === 'parts' ? view.parts.flatMap((part) => encodePart(part, context))
        : Array.isArray(view.value) ? view.value : [view.value];
  return { toolResult: compact({ toolUseId: message.toolCallId, content, status: message.isError ? 'error' : 'success' }) };
}
