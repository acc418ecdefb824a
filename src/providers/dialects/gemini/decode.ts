import { asArray, asNumber, asRecord, asString, isRecord, type JsonValue } from '../../../base/json.ts';
import type { FinishReason, TokenUsage } from '../../../spec/completion.ts';
import { DecoderBase, makeUsage, type Decoder } from '../../core/parts.ts';
import { ToolCalls } from '../../core/tool-calls.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop', MAX_TOKENS: 'length', MALFORMED_FUNCTION_CALL: 'error', UNEXPECTED_TOOL_CALL: 'error', TOO_MANY_TOOL_CALLS: 'error',
  MISSING_THOUGHT_SIGNATURE: 'error', SAFETY: 'content_filter', RECITATION: 'content_filter', BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter', SPII: 'content_filter', IMAGE_SAFETY: 'content_filter', MODEL_ARMOR: 'content_filter',
};

/** Google's generateContent, on the Gemini API and on Vertex. */
export class GeminiDecoder extends DecoderBase implements Decoder {
  #calls: ToolCalls | undefined;
  readonly #cited = new Set<string>();
  /** The parts of a whole answer are blocks; those of a stream may be pieces of one. */
  #whole = false;

  event(data: Record<string, unknown>): void {
    if (data['error']) throw this.fail(data);
    this.start(data['responseId'], data['modelVersion']);
    // Gemini numbers no calls: the response id keeps ours apart from those of other turns.
    this.#calls ??= new ToolCalls(this.out, `gemini_call_${asString(data['responseId']) ?? crypto.randomUUID().slice(0, 8)}`);
    const candidate = asRecord(asArray(data['candidates'])[0]);
    for (const part of asArray(asRecord(candidate['content'])['parts'])) {
      this.#part(asRecord(part));
      if (this.#whole) this.blockEnd('text');
    }
    this.#ground(asRecord(candidate['groundingMetadata']), asRecord(candidate['citationMetadata']));
    if (isRecord(data['usageMetadata'])) this.usage(readUsage(data['usageMetadata']));
    const reason = asString(candidate['finishReason']);
    if (reason) return this.reason(REASONS[reason] ?? 'other', reason);
    const blocked = asString(asRecord(data['promptFeedback'])['blockReason']);
    if (blocked) this.reason('content_filter', `blocked:${blocked}`);
  }

  body(data: Record<string, unknown>): void {
    this.#whole = true;
    this.event(data);
  }

  end(): void {
    if (!this.finished) return;
    this.#calls?.endAll();
    this.emitFinish(this.#calls?.count ?? 0);
  }

  #part(part: Record<string, unknown>): void {
    const signature = part['thoughtSignature'] ?? part['thought_signature'];
    const call = part['functionCall'] ?? part['function_call'];
    if (isRecord(call)) {
      const calls = this.#calls as ToolCalls;
      const position = calls.add({ id: asString(call['id']), index: calls.count, name: asString(call['name']), args: call['args'] ?? {} });
      calls.end(position, { gemini: part as JsonValue });
      return;
    }
    if (typeof part['text'] === 'string') {
      const block = part['thought'] === true ? 'reasoning' : 'text';
      // A signature belongs to its own part: what came before must not be merged into it.
      if (signature !== undefined) this.blockEnd(block);
      if (block === 'text') this.text(part['text']);
      else this.reasoning(part['text']);
      if (signature !== undefined) this.blockEnd(block, { gemini: part as JsonValue });
      return;
    }
    const blob = part['inlineData'] ?? part['inline_data'];
    if (isRecord(blob)) {
      const mediaType = asString(blob['mimeType']) ?? asString(blob['mime_type']) ?? 'application/octet-stream';
      this.file({ mediaType, base64: asString(blob['data']) ?? '' }, signature === undefined ? undefined : { gemini: part as JsonValue });
      return;
    }
    const name = Object.keys(part).find((key) => isRecord(part[key]));
    if (name !== undefined) this.provider(name, 'gemini', part);
    // A thought that shows nothing but its signature.
    else if (signature !== undefined) this.blockEnd('reasoning', { gemini: part as JsonValue });
  }

  #ground(grounding: Record<string, unknown>, citations: Record<string, unknown>): void {
    for (const chunk of asArray(grounding['groundingChunks']).map(asRecord)) {
      const from = asRecord(chunk['web'] ?? chunk['retrievedContext'] ?? chunk['maps']);
      this.#cite(asString(from['uri']), asString(from['title']), asString(from['text']), chunk);
    }
    for (const item of [...asArray(citations['citationSources']), ...asArray(citations['citations'])].map(asRecord)) {
      this.#cite(asString(item['uri']), asString(item['title']), undefined, item);
    }
  }

  #cite(url: string | undefined, title: string | undefined, text: string | undefined, raw: Record<string, unknown>): void {
    const id = url ?? title ?? text;
    if (id === undefined || this.#cited.has(id)) return;
    this.#cited.add(id);
    this.source({ id, raw: raw as JsonValue, ...(url ? { url } : {}), ...(title ? { title } : {}), ...(text ? { text } : {}) });
  }
}

/** Gemini counts thoughts beside the answer. What its own tools read shows in the total only. */
function readUsage(usage: Record<string, unknown>): TokenUsage {
  const reasoning = asNumber(usage['thoughtsTokenCount']) ?? 0;
  return makeUsage({
    input: asNumber(usage['promptTokenCount']) ?? 0,
    output: (asNumber(usage['candidatesTokenCount']) ?? 0) + reasoning, total: asNumber(usage['totalTokenCount']), reasoning,
    cacheRead: asNumber(usage['cachedContentTokenCount']),
  }, usage);
}
