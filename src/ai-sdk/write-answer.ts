import type { CompletionResult, FinishReason, GeneratedFile, Source, StreamPart, TokenUsage } from '../spec/completion.ts';
import type { ContentPart, ProviderData } from '../spec/message.ts';
import { BLAZEN } from './read-request.ts';
import type { ContentV3, FileV3, FinishReasonV3, JsonObjectV3, SourceV3, StreamPartV3, UsageV3 } from './spec.ts';

const REASONS: Readonly<Record<FinishReason, FinishReasonV3['unified']>> = {
  stop: 'stop', length: 'length', tool_calls: 'tool-calls', content_filter: 'content-filter', error: 'error', pause: 'other', other: 'other', incomplete: 'other',
};

/** Why an answer ended, as the AI SDK says it. */
export function toReason(reason: FinishReason | undefined, raw: string | undefined): FinishReasonV3 {
  return { unified: REASONS[reason ?? 'other'], raw: raw ?? reason };
}

/** Token counts as the AI SDK says them; unknown without a usage. */
export function toUsage(usage: TokenUsage | undefined): UsageV3 {
  if (usage === undefined) {
    return {
      inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    };
  }
  const { promptTokens, completionTokens, reasoningTokens, cachedInputTokens, cacheWriteTokens } = usage;
  return {
    inputTokens: { total: promptTokens, noCache: promptTokens - cachedInputTokens - cacheWriteTokens, cacheRead: cachedInputTokens, cacheWrite: cacheWriteTokens },
    outputTokens: { total: completionTokens, text: completionTokens - reasoningTokens, reasoning: reasoningTokens },
    ...(usage.raw === undefined ? {} : { raw: usage.raw as JsonObjectV3 }),
  };
}

/** A whole answer as the AI SDK's content. */
export function writeContent(result: CompletionResult): ContentV3[] {
  const { content } = result.message;
  const parts: readonly ContentPart[] = typeof content === 'string' ? (content === '' ? [] : [{ type: 'text', text: content }]) : content;
  return [
    ...parts.flatMap(writePart), ...[...result.images, ...result.audio, ...result.videos].flatMap(writeFile), ...result.sources.map(writeSource),
  ];
}

function writePart(part: ContentPart): ContentV3[] {
  const extra = metadata(part.providerData);
  switch (part.type) {
    case 'text': case 'reasoning': return [{ type: part.type, text: part.text, ...extra }];
    case 'tool-call': return [{ type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.raw === '' ? '{}' : part.raw, ...extra }];
    case 'provider': return [{ type: 'reasoning', text: '', ...metadata(part.providerData, part.name) }];
    default: return [];
  }
}

/** The parts of a stream as the AI SDK's, which opens and closes every block. */
export class AnswerWriter {
  #blocks = 0;
  #open: { readonly kind: 'text' | 'reasoning'; readonly id: string } | null = null;
  #usage: TokenUsage | undefined;

  write(part: StreamPart): StreamPartV3[] {
    switch (part.type) {
      case 'start': return [{ type: 'response-metadata', ...(part.id === undefined ? {} : { id: part.id }), ...(part.model === undefined ? {} : { modelId: part.model }) }];
      case 'text': return this.#delta('text', part.delta);
      case 'reasoning': return this.#delta('reasoning', part.text);
      // A block may have nothing but what the provider wants back.
      case 'block-end': return [...this.#begin(part.block), ...this.close(part.providerData)];
      case 'tool-call': return [...this.close(), ...writeCall(part)];
      case 'provider': return [...this.close(), ...this.#begin('reasoning', metadata(part.providerData, part.name)), ...this.close()];
      case 'source': return [writeSource(part.source)];
      case 'file': return [...this.close(), ...writeFile(part.file)];
      case 'usage': this.#usage = part.usage; return [];
      case 'finish': return [...this.close(), { type: 'finish', finishReason: toReason(part.finishReason, part.rawFinishReason), usage: toUsage(this.#usage) }];
      case 'decision': case 'error': return [];
    }
  }

  /** End the block that is open, if any. */
  close(data?: ProviderData): StreamPartV3[] {
    const open = this.#open;
    this.#open = null;
    return open === null ? [] : [{ type: `${open.kind}-end`, id: open.id, ...metadata(data) }];
  }

  #begin(kind: 'text' | 'reasoning', extra: object = {}): StreamPartV3[] {
    if (this.#open?.kind === kind) return [];
    const before = this.close();
    this.#open = { kind, id: String(this.#blocks++) };
    return [...before, { type: `${kind}-start`, id: this.#open.id, ...extra }];
  }

  #delta(kind: 'text' | 'reasoning', delta: string): StreamPartV3[] {
    const begun = this.#begin(kind);
    return [...begun, { type: `${kind}-delta`, id: (this.#open as { id: string }).id, delta }];
  }
}

function writeCall(part: StreamPart & { readonly type: 'tool-call' }): StreamPartV3[] {
  if (part.state === 'start') return [{ type: 'tool-input-start', id: part.id, toolName: part.name }];
  if (part.state === 'delta') return [{ type: 'tool-input-delta', id: part.id, delta: part.argumentsDelta }];
  const call = part.toolCalls[0];
  return [
    { type: 'tool-input-end', id: part.id },
    { type: 'tool-call', toolCallId: part.id, toolName: part.name, input: call?.raw || '{}', ...metadata(call?.providerData) },
  ];
}

/** Files that are only an address are sources there: a file part has to carry its bytes. */
function writeFile({ mediaType, base64, url }: GeneratedFile): (FileV3 | SourceV3)[] {
  if (base64 !== undefined) return [{ type: 'file', mediaType, data: base64 }];
  return url === undefined ? [] : [{ type: 'source', sourceType: 'url', id: url, url }];
}

function writeSource({ id, url, title }: Source): SourceV3 {
  if (url === undefined) return { type: 'source', sourceType: 'document', id, mediaType: 'text/plain', title: title ?? id };
  return { type: 'source', sourceType: 'url', id, url, ...(title === undefined ? {} : { title }) };
}

function metadata(data: ProviderData | undefined, provider?: string): { providerMetadata?: Record<string, JsonObjectV3> } {
  if (data === undefined && provider === undefined) return {};
  return { providerMetadata: { [BLAZEN]: { ...(data as JsonObjectV3 | undefined), ...(provider === undefined ? {} : { provider }) } } };
}
