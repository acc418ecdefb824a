import { bytesToBase64 } from '../base/bytes.ts';
import { UnsupportedError } from '../base/error-classes.ts';
import { asArray, asRecord, asString, isRecord, type JsonObject, type JsonValue } from '../base/json.ts';
import type { CompletionRequest } from '../spec/completion.ts';
import type { MediaSource } from '../spec/content.ts';
import type { ContentPart, Message, ProviderData } from '../spec/message.ts';
import type { ToolOutput } from '../spec/tool.ts';
import type { CallOptionsV3, WarningV3 } from './spec.ts';

/** Key in the AI SDK's provider options and metadata under which the items of our providers travel. */
export const BLAZEN = 'blazen';

/** Settings of the AI SDK that the models of this package have no word for. */
const UNSUPPORTED = ['topK', 'presencePenalty', 'frequencyPenalty', 'seed'] as const;

/** What the AI SDK asks a model, as a request of this package, with what it cannot ask. */
export function readRequest(options: CallOptionsV3): { readonly request: CompletionRequest; readonly warnings: WarningV3[] } {
  const warnings: WarningV3[] = [];
  for (const feature of UNSUPPORTED) if (options[feature] !== undefined) warnings.push({ type: 'unsupported', feature });
  const tools = [];
  for (const tool of options.tools ?? []) {
    if (tool.type === 'function') {
      const { name, description, inputSchema, strict } = tool;
      tools.push({ name, parameters: inputSchema as JsonObject, ...(description === undefined ? {} : { description }), ...(strict === undefined ? {} : { strict }) });
    } else warnings.push({ type: 'unsupported', feature: `provider tool ${tool.id}`, details: 'pass tools of the provider in providerOptions.blazen' });
  }
  const { responseFormat: format, toolChoice: choice, headers, providerOptions } = options;
  const own = providerOptions?.[BLAZEN] as JsonObject | undefined;
  return {
    warnings,
    request: {
      messages: options.prompt.flatMap((message) => readMessage(asRecord(message))),
      ...(options.maxOutputTokens === undefined ? {} : { maxTokens: options.maxOutputTokens }),
      ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
      ...(options.topP === undefined ? {} : { topP: options.topP }),
      ...(options.stopSequences?.length ? { stop: options.stopSequences } : {}),
      ...(tools.length > 0 ? { tools } : {}),
      ...(choice === undefined || tools.length === 0 ? {} : { toolChoice: choice.type === 'tool' ? { name: choice.toolName } : choice.type }),
      ...(format?.type !== 'json' ? {} : {
        responseFormat: format.schema === undefined ? { type: 'json_object' } : {
          type: 'json_schema', schema: format.schema as JsonObject,
          ...(format.name === undefined ? {} : { name: format.name }), ...(format.description === undefined ? {} : { description: format.description }),
        },
      }),
      ...(headers === undefined ? {} : { headers: Object.fromEntries(Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined)) }),
      ...(own === undefined ? {} : { providerOptions: own }),
      ...(options.abortSignal === undefined ? {} : { signal: options.abortSignal }),
    },
  };
}

function readMessage({ role, content }: Record<string, unknown>): Message[] {
  if (role === 'system') return [{ role, content: String(content) }];
  const parts = asArray(content).map(asRecord);
  // The AI SDK answers several calls in one message.
  if (role === 'tool') return parts.filter(({ type }) => type === 'tool-result').map(readResult);
  return [{ role: role === 'assistant' ? role : 'user', content: parts.flatMap(readPart) }];
}

function readPart(part: Record<string, unknown>): ContentPart[] {
  const data = asRecord(asRecord(part['providerOptions'])[BLAZEN]);
  const { provider, ...rest } = data;
  const extra = Object.keys(rest).length > 0 ? { providerData: rest as ProviderData } : {};
  // An item only the provider understands came disguised as an empty thought.
  if (typeof provider === 'string') return [{ type: 'provider', name: provider, ...extra }];
  switch (part['type']) {
    case 'text': case 'reasoning': return [{ type: part['type'], text: String(part['text']), ...extra }];
    case 'tool-call': {
      const input = asRecord(part['input']) as Record<string, JsonValue>;
      return [{ type: 'tool-call', id: String(part['toolCallId']), name: String(part['toolName']), arguments: input, raw: JSON.stringify(input), ...extra }];
    }
    case 'file': {
      const mediaType = asString(part['mediaType']) ?? 'application/octet-stream';
      const source = toSource(part['data']);
      const kind = mediaType.split('/')[0];
      const filename = asString(part['filename']);
      // `image/*` says only that it is a picture.
      const known = mediaType.endsWith('/*') ? {} : { mediaType };
      if (kind === 'image' || kind === 'audio' || kind === 'video') return [{ type: kind, source, ...known, ...extra }];
      return [{ type: 'file', source, mediaType, ...(filename === undefined ? {} : { filename }), ...extra }];
    }
    default: return [];
  }
}

function readResult(part: Record<string, unknown>): Message {
  const output = asRecord(part['output']);
  const type = asString(output['type']) ?? '';
  const base = { role: 'tool' as const, toolCallId: String(part['toolCallId']), name: String(part['toolName']) };
  const failed = type.startsWith('error') || type === 'execution-denied' ? { isError: true } : {};
  if (type === 'json' || type === 'error-json') return { ...base, ...failed, content: '', toolResult: { data: output['value'] as JsonValue } };
  if (type === 'content') return { ...base, content: '', toolResult: toOutput(asArray(output['value']).map(asRecord)) };
  const text = type === 'execution-denied' ? asString(output['reason']) ?? 'The user did not allow this call' : String(output['value']);
  return { ...base, ...failed, content: text };
}

function toOutput(values: readonly Record<string, unknown>[]): ToolOutput {
  const parts = values.flatMap((value): ContentPart[] => {
    const type = asString(value['type']) ?? '';
    if (type === 'text') return [{ type: 'text', text: String(value['text']) }];
    const url = asString(value['url']);
    if (value['data'] === undefined && url === undefined) return [];
    const mediaType = asString(value['mediaType']) ?? (type.startsWith('image') ? 'image/png' : 'application/octet-stream');
    const source = url === undefined ? toSource(value['data']) : { type: 'url' as const, url };
    return [{ type: mediaType.startsWith('image/') ? 'image' : 'file', source, mediaType }];
  });
  const data = parts.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n');
  return { data, llmOverride: { kind: 'parts', parts } };
}

function toSource(data: unknown): MediaSource {
  if (data instanceof URL) return { type: 'url', url: data.href };
  if (data instanceof Uint8Array) return { type: 'base64', data: bytesToBase64(data) };
  if (typeof data === 'string') return /^https?:/.test(data) ? { type: 'url', url: data } : { type: 'base64', data };
  // Specification 4 tags what it carries; models are asked in 3, but a caller may pass its messages on.
  const tagged = isRecord(data) ? data['data'] ?? data['url'] : undefined;
  if (tagged !== undefined) return toSource(tagged);
  throw new UnsupportedError('Cannot read a file of the prompt: it is neither bytes, base64 nor an address');
}
