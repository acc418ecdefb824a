import { isRecord, type JsonValue } from '../../../base/json.ts';
import type { CompletionRequest, ReasoningOptions } from '../../../spec/completion.ts';
import type { ContentPart, Message } from '../../../spec/message.ts';
import type { ToolDefinition } from '../../../spec/tool.ts';
import {
  budgetFor, cannotSend, compact, findCall, isFunctionTool, joinText, partsOf, splitSystem, stopList, textOf, toolResultView, toolSchema,
  unresolved, type EncodeContext, type Mutable,
} from '../../core/encode.ts';

/** Media types for parts that name none. */
const MEDIA_TYPES = { image: 'image/png', audio: 'audio/wav', video: 'video/mp4', file: 'application/pdf' } as const;

/** The body of a generateContent request. */
export function encodeGemini(request: CompletionRequest, context: EncodeContext): Mutable {
  const [system, rest] = splitSystem(request.messages);
  const format = request.responseFormat;
  const generationConfig = compact({
    temperature: request.temperature, topP: request.topP, maxOutputTokens: request.maxTokens, stopSequences: stopList(request),
    responseMimeType: format !== undefined && format.type !== 'text' ? 'application/json' : undefined,
    responseJsonSchema: format?.type === 'json_schema' ? (format.schema as Mutable) : undefined,
    thinkingConfig: request.reasoning && encodeThinking(request.reasoning, context.model),
  });
  return compact({
    contents: encodeContents(rest, context), generationConfig,
    systemInstruction: system.length > 0 ? { parts: [{ text: system.map(textOf).join('\n\n') }] } : undefined,
    tools: encodeTools(request), toolConfig: encodeChoice(request),
  });
}

function encodeThinking(reasoning: ReasoningOptions, model: string): Mutable {
  const includeThoughts = reasoning.include;
  // Version 3 takes levels, version 2.5 budgets.
  if (isThree(model) && reasoning.budgetTokens === undefined) {
    const level = reasoning.effort === 'none' ? 'minimal' : reasoning.effort === 'xhigh' || reasoning.effort === 'max' ? 'high' : reasoning.effort;
    return compact({ thinkingLevel: level, includeThoughts });
  }
  return compact({ thinkingBudget: reasoning.effort === 'none' ? 0 : budgetFor(reasoning), includeThoughts });
}

function isThree(model: string): boolean {
  return Number(/gemini-(\d+)/.exec(model)?.[1] ?? 0) >= 3;
}

function encodeTools({ tools }: CompletionRequest): JsonValue | undefined {
  if (!tools?.length) return undefined;
  const functions = tools.filter(isFunctionTool).map((tool: ToolDefinition) => compact({
    name: tool.name, description: tool.description,
    // A function without arguments must not declare an empty object.
    parametersJsonSchema: Object.keys(tool.parameters?.properties ?? {}).length === 0 && !tool.parameters?.['$ref'] ? undefined : toolSchema(tool),
  }));
  const own = tools.flatMap((tool) => (isFunctionTool(tool) ? [] : [tool.definition]));
  return [...(functions.length > 0 ? [{ functionDeclarations: functions }] : []), ...own];
}

function encodeChoice({ toolChoice, tools }: CompletionRequest): JsonValue | undefined {
  if (toolChoice === undefined || !tools?.length) return undefined;
  const config = typeof toolChoice === 'object' ? { mode: 'ANY', allowedFunctionNames: [toolChoice.name] }
    : { mode: { auto: 'AUTO', none: 'NONE', required: 'ANY' }[toolChoice] };
  return { functionCallingConfig: config };
}

/** Turns alternate: messages of one side in a row become one. */
function encodeContents(messages: readonly Message[], context: EncodeContext): JsonValue[] {
  const out: { role: string; parts: Mutable[] }[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'model' : 'user';
    const parts = message.role === 'tool' ? encodeToolResult(message, messages, context)
      : partsOf(message).flatMap((part) => encodePart(part, context, role));
    const last = out.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else if (parts.length > 0) out.push({ role, parts });
  }
  return out;
}

function encodePart(part: ContentPart, context: EncodeContext, role: string): Mutable[] {
  const own = part.providerData?.['gemini'];
  if (isRecord(own)) return [own];
  switch (part.type) {
    case 'text': return part.text === '' ? [] : [{ text: part.text }];
    case 'tool-call': return [{ functionCall: { name: part.name, args: part.arguments } }];
    case 'reasoning':
    case 'provider':
      if (role === 'model') return [];
      throw cannotSend(`a ${part.type} part`, context.provider);
    default: return [encodeMedia(part)];
  }
}

function encodeMedia(part: ContentPart & { type: keyof typeof MEDIA_TYPES }): Mutable {
  const mimeType = part.mediaType ?? MEDIA_TYPES[part.type];
  const { source } = part;
  if (source.type === 'base64') return { inlineData: { mimeType, data: source.data } };
  if (source.type === 'url') return { fileData: compact({ mimeType: part.mediaType, fileUri: source.url }) };
  if (source.type === 'provider_file') return { fileData: compact({ mimeType: part.mediaType, fileUri: source.id }) };
  throw unresolved(source);
}

function encodeToolResult(message: Message, all: readonly Message[], context: EncodeContext): Mutable[] {
  const call = findCall(all, message.toolCallId);
  const own = call?.providerData?.['gemini'];
  const sent = isRecord(own) ? own['functionCall'] ?? own['function_call'] : undefined;
  // Only an id that Gemini gave is one it knows.
  const id = isRecord(sent) && typeof sent['id'] === 'string' ? sent['id'] : undefined;
  const view = toolResultView(message, ['gemini', context.provider]);
  const media: Mutable[] = [];
  let value: JsonValue;
  if (view.kind === 'parts') {
    value = joinText(view.parts, '\n');
    for (const part of view.parts) if (part.type !== 'text') media.push(...encodePart(part, context, 'user'));
  } else {
    value = view.kind === 'text' ? view.text : view.value;
  }
  const response = message.isError ? { error: value } : isRecord(value) ? value : value === '' && media.length > 0 ? {} : { result: value };
  const inside = media.length > 0 && isThree(context.model);
  const functionResponse = compact({ id, name: message.name ?? call?.name ?? '', response, parts: inside ? media : undefined });
  return [{ functionResponse }, ...(inside ? [] : media)];
}
