import { asArray, asNumber, asRecord, asString, isRecord, type JsonValue } from '../base/json.ts';
import { bytesToBase64 } from '../base/bytes.ts';
import type { BlazenError } from '../base/errors.ts';
import { DecoderBase, makeUsage } from '../providers/core/parts.ts';
import { ToolCalls } from '../providers/core/tool-calls.ts';
import type { FinishReason, StreamPart, TokenUsage } from '../spec/completion.ts';
import type { ProviderData } from '../spec/message.ts';
import { AI_SDK } from './encode-request.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop', length: 'length', 'content-filter': 'content_filter', 'tool-calls': 'tool_calls', error: 'error', interrupted: 'pause',
};

/** Turns what an AI SDK model answers, streamed or whole, into the parts of this package. Parts it does not know are passed over. */
export class AiSdkDecoder extends DecoderBase {
  readonly #calls: ToolCalls;
  /** Calls that are being written, by id. */
  readonly #written = new Map<string, { readonly place: number; empty: boolean }>();
  /** Calls the provider runs itself: they are kept for the next turn, never run here. */
  readonly #serverCalls = new Set<string>();
  /** What came with the open blocks, by id. */
  readonly #metadata = new Map<string, ProviderData>();

  constructor(out: StreamPart[], fail: (error: unknown) => BlazenError) {
    super({ out, fail });
    this.#calls = new ToolCalls(out);
  }

  /** Take one part of a stream. @throws the typed error when it is an error. */
  part(part: Record<string, unknown>): void {
    const id = asString(part['id']) ?? '';
    switch (part['type']) {
      case 'response-metadata': return this.start(part['id'], part['modelId']);
      case 'text-start': case 'reasoning-start': return this.#note(id, part);
      case 'text-delta':
        this.#note(id, part);
        return this.text(part['delta']);
      case 'reasoning-delta':
        this.#note(id, part);
        return this.reasoning(part['delta']);
      case 'text-end': case 'reasoning-end': {
        this.#note(id, part);
        this.blockEnd(part['type'] === 'text-end' ? 'text' : 'reasoning', this.#metadata.get(id));
        this.#metadata.delete(id);
        return;
      }
      case 'tool-input-start':
        if (part['providerExecuted'] === true) this.#serverCalls.add(id);
        else this.#written.set(id, { place: this.#calls.add({ id, name: asString(part['toolName']) }), empty: true });
        return;
      case 'tool-input-delta': {
        const call = this.#written.get(id);
        if (call === undefined) return;
        call.empty = false;
        return this.#calls.append(call.place, part['delta']);
      }
      case 'error': throw this.fail(part['error']);
      case 'finish': return this.finish(part);
      default: return this.content(part);
    }
  }

  /** Take one piece of a whole answer, or a part that streams carry whole. */
  content(part: Record<string, unknown>): void {
    switch (part['type']) {
      case 'text':
        this.text(part['text']);
        return this.blockEnd('text', metadataOf(part));
      case 'reasoning':
        this.reasoning(part['text']);
        return this.blockEnd('reasoning', metadataOf(part));
      case 'tool-call': return this.#call(part);
      case 'tool-result': return this.provider(asString(part['toolName']) ?? 'tool', AI_SDK, plain(part));
      case 'file': return this.file(toFile(part), metadataOf(part));
      case 'source': {
        const url = asString(part['url']);
        const title = asString(part['title']);
        return this.source({ id: url ?? asString(part['id']) ?? '', ...(url === undefined ? {} : { url }), ...(title === undefined ? {} : { title }) });
      }
    }
  }

  /** Take the end of an answer: why it stopped, and what it cost. */
  finish({ usage, finishReason }: Record<string, unknown>): void {
    if (isRecord(usage)) this.usage(toUsage(usage));
    // A word in specification 2, both words since.
    const unified = asString(finishReason) ?? asString(asRecord(finishReason)['unified']) ?? 'other';
    const raw = asString(asRecord(finishReason)['raw']) ?? unified;
    this.reason(REASONS[unified] ?? 'other', raw);
  }

  /** Nothing more will come. */
  end(): void {
    this.#calls.endAll();
    this.emitFinish(this.#calls.count);
  }

  #call(part: Record<string, unknown>): void {
    const id = asString(part['toolCallId']) ?? '';
    const name = asString(part['toolName']);
    if (part['providerExecuted'] === true || this.#serverCalls.has(id)) return this.provider(name ?? 'tool', AI_SDK, plain(part));
    // Its input may have come in deltas before, or only with it.
    const written = this.#written.get(id);
    const place = written?.place ?? this.#calls.add({ id, name });
    if (written?.empty !== false) this.#calls.append(place, part['input']);
    this.#calls.end(place, metadataOf(part));
    this.#written.delete(id);
  }

  #note(id: string, part: Record<string, unknown>): void {
    const metadata = metadataOf(part);
    if (metadata) this.#metadata.set(id, metadata);
  }
}

function metadataOf(part: Record<string, unknown>): ProviderData | undefined {
  const metadata = part['providerMetadata'];
  return isRecord(metadata) ? { [AI_SDK]: metadata as JsonValue } : undefined;
}

/** What survives JSON. */
function plain(value: unknown): JsonValue { return JSON.parse(JSON.stringify(value)) as JsonValue; }

function toFile(part: Record<string, unknown>): { mediaType: string; base64?: string; url?: string } {
  const mediaType = asString(part['mediaType']) ?? 'application/octet-stream';
  // Bare data up to specification 3, tagged in 4.
  const tagged = asRecord(part['data']);
  const data = tagged['type'] === undefined ? part['data'] : tagged['data'] ?? tagged['url'];
  if (data instanceof Uint8Array) return { mediaType, base64: bytesToBase64(data) };
  return data instanceof URL ? { mediaType, url: data.href } : { mediaType, base64: String(data) };
}

function toUsage(usage: Record<string, unknown>): TokenUsage {
  const input = asRecord(usage['inputTokens']);
  const output = asRecord(usage['outputTokens']);
  return makeUsage({
    input: asNumber(usage['inputTokens']) ?? asNumber(input['total']) ?? 0, output: asNumber(usage['outputTokens']) ?? asNumber(output['total']) ?? 0,
    total: asNumber(usage['totalTokens']), reasoning: asNumber(usage['reasoningTokens']) ?? asNumber(output['reasoning']),
    cacheRead: asNumber(usage['cachedInputTokens']) ?? asNumber(input['cacheRead']), cacheWrite: asNumber(input['cacheWrite']),
  }, plain(usage['raw'] ?? usage));
}

/** The pieces of a whole answer. */
export function piecesOf(result: unknown): readonly Record<string, unknown>[] {
  return asArray(asRecord(result)['content']).map(asRecord);
}
