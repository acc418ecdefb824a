import { asArray, asNumber, asRecord, asString, isRecord, type JsonValue } from '../../../base/json.ts';
import type { FinishReason, TokenUsage } from '../../../spec/completion.ts';
import { DecoderBase, makeUsage, type Decoder, type DecoderContext } from '../../core/parts.ts';
import { ToolCalls } from '../../core/tool-calls.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop', STOP_SEQUENCE: 'stop', MAX_TOKENS: 'length', TOOL_CALL: 'tool_calls', ERROR_TOXIC: 'content_filter',
};

/** Cohere's chat, version 2. */
export class CohereDecoder extends DecoderBase implements Decoder {
  readonly #calls: ToolCalls;
  #plan = '';
  #thought = '';

  constructor(context: DecoderContext) {
    super(context);
    this.#calls = new ToolCalls(context.out);
  }

  event(data: Record<string, unknown>): void {
    const message = asRecord(asRecord(data['delta'])['message']);
    switch (data['type']) {
      case 'content-start':
      case 'content-delta': return this.#content(asRecord(message['content']));
      case 'tool-plan-delta': this.#plan += asString(message['tool_plan']) ?? ''; return;
      case 'tool-call-start':
      case 'tool-call-delta': return this.#call(asRecord(message['tool_calls']), asNumber(data['index']));
      case 'citation-start': return this.#cite(asRecord(message['citations']));
      case 'message-start': return this.start(data['id'], undefined);
      case 'message-end': return this.#finish(asRecord(data['delta']));
      default: if (data['type'] === undefined) throw this.fail(data); // an error has no type
    }
  }

  body(data: Record<string, unknown>): void {
    this.start(data['id'], undefined);
    const message = asRecord(data['message']);
    this.#plan = asString(message['tool_plan']) ?? '';
    for (const part of asArray(message['content'])) this.#content(asRecord(part));
    asArray(message['tool_calls']).forEach((call, index) => this.#call(asRecord(call), index));
    for (const citation of asArray(message['citations'])) this.#cite(asRecord(citation));
    this.#finish(data);
  }

  end(): void {
    if (!this.finished) return;
    if (this.#thought !== '') this.blockEnd('reasoning', { cohere: { type: 'thinking', thinking: this.#thought } });
    if (this.#plan !== '') this.provider('tool_plan', 'cohere', { tool_plan: this.#plan });
    this.#calls.endAll();
    this.emitFinish(this.#calls.count);
  }

  #content(part: Record<string, unknown>): void {
    this.#thought += asString(part['thinking']) ?? '';
    this.reasoning(part['thinking']);
    this.text(part['text']);
  }

  #call(call: Record<string, unknown>, index: number | undefined): void {
    const fn = asRecord(call['function']);
    this.#calls.add({ id: asString(call['id']), index, name: asString(fn['name']), args: fn['arguments'] });
  }

  #cite(citation: Record<string, unknown>): void {
    for (const source of asArray(citation['sources']).map(asRecord)) {
      const id = asString(source['id']) ?? asString(asRecord(source['document'])['id']) ?? '';
      const text = asString(citation['text']);
      this.source({ id, raw: citation as JsonValue, ...(text ? { text } : {}) });
    }
  }

  #finish(delta: Record<string, unknown>): void {
    if (isRecord(delta['usage'])) this.usage(readUsage(delta['usage']));
    const reason = asString(delta['finish_reason']);
    if (reason === 'ERROR' || reason === 'TIMEOUT') throw this.fail({ message: asString(delta['error']) ?? `the answer ended with ${reason}`, code: reason === 'TIMEOUT' ? 'timeout' : 'server_error' });
    if (reason) this.reason(REASONS[reason] ?? 'other', reason);
  }
}

function readUsage(usage: Record<string, unknown>): TokenUsage {
  const tokens = asRecord(usage['tokens']);
  const billed = asRecord(usage['billed_units']);
  return makeUsage({
    input: asNumber(tokens['input_tokens']) ?? asNumber(billed['input_tokens']) ?? 0,
    output: asNumber(tokens['output_tokens']) ?? asNumber(billed['output_tokens']) ?? 0,
    reasoning: asNumber(tokens['reasoning_tokens']), cacheRead: asNumber(usage['cached_tokens']),
  }, usage);
}
