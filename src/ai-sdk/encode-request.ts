import { UnsupportedError } from '../base/error-classes.ts';
import { isRecord, type JsonObject, type JsonValue } from '../base/json.ts';
import { partsOf, textOf, toolResultView, unresolved } from '../providers/core/encode.ts';
import type { CompletionRequest } from '../spec/completion.ts';
import type { MediaSource } from '../spec/content.ts';
import type { CacheControl, ContentPart, Message, ProviderData } from '../spec/message.ts';
import type { AiSdkModel } from './spec.ts';

/** Key under which parts keep what an AI SDK model gave with them. */
export const AI_SDK = 'ai-sdk';

type Version = AiSdkModel['specificationVersion'];

/**
 * A request in the form of the AI SDK. The specifications differ in how they carry media, tool results and reasoning.
 *
 * @throws UnsupportedError for what that version has no word for.
 */
export function encodeRequest(request: CompletionRequest, version: Version): Record<string, unknown> {
  const { responseFormat: format, reasoning, stop } = request;
  if (reasoning !== undefined && version !== 'v4') {
    throw new UnsupportedError(`Cannot ask for reasoning: AI SDK models of specification ${version} take it in providerOptions only`);
  }
  return defined({
    prompt: encodePrompt(request.messages, version),
    maxOutputTokens: request.maxTokens, temperature: request.temperature, topP: request.topP,
    stopSequences: typeof stop === 'string' ? [stop] : stop,
    tools: request.tools?.map((tool) => ('definition' in tool ? tool.definition : defined({
      type: 'function', name: tool.name, description: tool.description, inputSchema: tool.parameters ?? { type: 'object', properties: {} },
      strict: version === 'v2' ? undefined : tool.strict,
    }))),
    toolChoice: typeof request.toolChoice === 'object' ? { type: 'tool', toolName: request.toolChoice.name } : request.toolChoice && { type: request.toolChoice },
    responseFormat: format === undefined || format.type === 'text' ? undefined : format.type === 'json_object' ? { type: 'json' }
      : defined({ type: 'json', schema: format.schema, name: format.name, description: format.description }),
    reasoning: reasoning?.effort, headers: request.headers, providerOptions: request.providerOptions, abortSignal: request.signal,
    includeRawChunks: false,
  });
}

function encodePrompt(messages: readonly Message[], version: Version): Record<string, unknown>[] {
  const prompt: Record<string, unknown>[] = [];
  for (const message of messages) {
    const { role } = message;
    if (role === 'system') prompt.push(defined({ role, content: textOf(message), providerOptions: cached(partsOf(message).find((part) => part.cacheControl)?.cacheControl) }));
    else if (role === 'tool') {
      const result = { type: 'tool-result', toolCallId: message.toolCallId, toolName: message.name ?? '', output: encodeResult(message, version) };
      // The results of one turn stand in one message.
      const last = prompt.at(-1);
      if (last?.['role'] === 'tool') (last['content'] as unknown[]).push(result);
      else prompt.push({ role, content: [result] });
    } else prompt.push({ role, content: partsOf(message).flatMap((part) => encodePart(part, version)) });
  }
  return prompt;
}

function encodePart(part: ContentPart, version: Version): Record<string, unknown>[] {
  const given = part.providerData?.[AI_SDK];
  const providerOptions = { ...(isRecord(given) && part.type !== 'provider' ? given : undefined), ...cached(part.cacheControl) };
  const extra = Object.keys(providerOptions).length > 0 ? { providerOptions } : {};
  switch (part.type) {
    case 'text': case 'reasoning': return [{ type: part.type, text: part.text, ...extra }];
    case 'tool-call': return [{ type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.arguments, ...extra }];
    // Calls that the provider ran itself, and their results, go back as they came; other providers' items mean nothing here.
    case 'provider': return isRecord(given) ? [serverItem(given)] : [];
    default: return [defined({
      type: 'file', data: encodeSource(part.source, version), mediaType: part.mediaType ?? (part.type === 'file' ? 'application/octet-stream' : `${part.type}/*`),
      filename: part.type === 'file' ? part.filename : undefined, ...extra,
    })];
  }
}

function serverItem({ type, toolCallId, toolName, input, result, isError, providerMetadata }: Record<string, unknown>): Record<string, unknown> {
  const shared = { type, toolCallId, toolName, providerOptions: providerMetadata };
  if (type === 'tool-call') return defined({ ...shared, input: parse(input), providerExecuted: true });
  return defined({ ...shared, output: { type: isError === true ? 'error-json' : 'json', value: result ?? null } });
}

function encodeResult(message: Message, version: Version): unknown {
  const view = toolResultView(message, [AI_SDK]);
  if (view.kind === 'text') return { type: message.isError ? 'error-text' : 'text', value: view.text };
  if (view.kind === 'json' || view.kind === 'raw') return { type: message.isError ? 'error-json' : 'json', value: view.value };
  return { type: 'content', value: view.parts.map((part) => encodeResultPart(part, version)) };
}

function encodeResultPart(part: ContentPart, version: Version): unknown {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (!('source' in part)) throw new UnsupportedError(`Cannot send a part of type '${part.type}' as a tool's result to an AI SDK model`);
  const mediaType = part.mediaType ?? 'application/octet-stream';
  if (version === 'v4') return { type: 'file', data: encodeSource(part.source, version), mediaType };
  const image = part.type === 'image';
  if (part.source.type === 'url' && version === 'v3') return { type: image ? 'image-url' : 'file-url', url: part.source.url };
  if (part.source.type !== 'base64') throw unresolved(part.source);
  const type = version === 'v2' ? 'media' : image ? 'image-data' : 'file-data';
  return { type, data: part.source.data, mediaType };
}

function encodeSource(source: MediaSource, version: Version): unknown {
  if (version === 'v4' && source.type === 'provider_file') return { type: 'reference', reference: { [source.provider]: source.id } };
  if (source.type !== 'url' && source.type !== 'base64') throw unresolved(source);
  const data = source.type === 'url' ? new URL(source.url) : source.data;
  if (version !== 'v4') return data;
  return source.type === 'url' ? { type: 'url', url: data } : { type: 'data', data };
}

/** Anthropic is the provider that has to be told what to cache. */
function cached(control: CacheControl | undefined): ProviderData | undefined {
  return control && { anthropic: { cacheControl: defined({ type: 'ephemeral', ttl: control.ttl }) as JsonObject } };
}

function parse(input: unknown): JsonValue {
  try {
    return JSON.parse(String(input)) as JsonValue;
  } catch {
    return {};
  }
}

/** The fields that have a value. */
export function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
