import { asArray, asNumber, asRecord, asString, isRecord, type JsonValue } from '../../../base/json.ts';
import type { FinishReason, TokenUsage } from '../../../spec/completion.ts';
import { DecoderBase, makeUsage, type Decoder, type DecoderContext } from '../../core/parts.ts';
import { ToolCalls } from '../../core/tool-calls.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop', stop_sequence: 'stop', tool_use: 'tool_calls', max_tokens: 'length', model_context_window_exceeded: 'length',
  refusal: 'content_filter', pause_turn: 'pause', compaction: 'pause',
};

/** Anthropic's messages. */
export class AnthropicDecoder extends DecoderBase implements Decoder {
  readonly #calls: ToolCalls;
  /** The blocks being streamed, with their deltas applied. */
  readonly #blocks = new Map<unknown, Record<string, JsonValue>>();
  readonly #json = new Map<unknown, string>();
  readonly #positions = new Map<unknown, number>();
  #usage: Record<string, unknown> = {};

  constructor(context: DecoderContext) {
    super(context);
    this.#calls = new ToolCalls(context.out);
  }

  event(data: Record<string, unknown>): void {
    switch (data['type']) {
      case 'content_block_delta': return this.#delta(data['index'], asRecord(data['delta']));
      case 'content_block_start': return this.#begin(data['index'], asRecord(data['content_block']));
      case 'content_block_stop': return this.#end(data['index']);
      case 'message_start': return this.#message(asRecord(data['message']));
      case 'message_delta': {
        this.#counts(data['usage']);
        return this.#stop(asRecord(data['delta']));
      }
      case 'error': throw this.fail(data);
      default: // ping, message_stop and events of later versions
    }
  }

  body(data: Record<string, unknown>): void {
    if (data['type'] === 'error') throw this.fail(data);
    this.#message(data);
    asArray(data['content']).forEach((block, index) => {
      this.#begin(index, asRecord(block));
      this.#end(index);
    });
    this.#stop(data);
  }

  end(): void {
    if (this.finished) this.emitFinish(this.#calls.count);
  }

  #message(message: Record<string, unknown>): void {
    this.start(message['id'], message['model']);
    this.#counts(message['usage']);
  }

  #stop(delta: Record<string, unknown>): void {
    const reason = asString(delta['stop_reason']);
    if (reason !== undefined) this.reason(REASONS[reason] ?? 'other', reason);
  }

  #begin(index: unknown, block: Record<string, unknown>): void {
    this.#blocks.set(index, { ...(block as Record<string, JsonValue>) });
    switch (block['type']) {
      case 'text':
        this.text(block['text']);
        for (const citation of asArray(block['citations'])) this.#cite(asRecord(citation));
        break;
      case 'thinking': this.reasoning(block['thinking']); break;
      case 'tool_use': {
        const input = asRecord(block['input']);
        // In a stream the input starts empty and comes as text.
        const args = Object.keys(input).length > 0 ? input : undefined;
        this.#positions.set(index, this.#calls.add({ id: asString(block['id']), name: asString(block['name']), args }));
        break;
      }
      default:
    }
  }

  #delta(index: unknown, delta: Record<string, unknown>): void {
    const block = this.#blocks.get(index) ?? {};
    switch (delta['type']) {
      case 'text_delta':
        grow(block, 'text', delta['text']);
        return this.text(delta['text']);
      case 'thinking_delta':
        grow(block, 'thinking', delta['thinking']);
        return this.reasoning(delta['thinking']);
      case 'signature_delta':
        block['signature'] = asString(delta['signature']) ?? '';
        return;
      case 'input_json_delta': {
        const position = this.#positions.get(index);
        if (position === undefined) this.#json.set(index, (this.#json.get(index) ?? '') + (asString(delta['partial_json']) ?? ''));
        else this.#calls.append(position, delta['partial_json']);
        return;
      }
      case 'citations_delta':
        block['citations'] = [...(asArray(block['citations']) as JsonValue[]), delta['citation'] as JsonValue];
        return this.#cite(asRecord(delta['citation']));
      default:
    }
  }

  #end(index: unknown): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    this.#blocks.delete(index);
    const whole = { anthropic: block };
    switch (block['type']) {
      // Citations must be sent back; plain text is its own replay.
      case 'text': return this.blockEnd('text', asArray(block['citations']).length > 0 ? whole : undefined);
      case 'thinking':
      case 'redacted_thinking': return this.blockEnd('reasoning', whole);
      case 'tool_use': {
        const { type: _type, id: _id, name: _name, input: _input, ...more } = block;
        return this.#calls.end(this.#positions.get(index) as number, Object.keys(more).length > 0 ? { anthropic: more } : undefined);
      }
      default: {
        const text = this.#json.get(index);
        if (text) block['input'] = parseInput(text);
        this.provider(asString(block['name']) ?? asString(block['type']) ?? 'block', 'anthropic', block);
      }
    }
  }

  #cite(citation: Record<string, unknown>): void {
    const url = asString(citation['url']);
    const title = asString(citation['title']) ?? asString(citation['document_title']);
    const id = url ?? asString(citation['source']) ?? title ?? String(asNumber(citation['document_index']) ?? '');
    const text = asString(citation['cited_text']);
    this.source({ id, raw: citation as JsonValue, ...(url ? { url } : {}), ...(title ? { title } : {}), ...(text ? { text } : {}) });
  }

  /** Later counts replace earlier ones, field by field. */
  #counts(usage: unknown): void {
    if (!isRecord(usage)) return;
    for (const [name, value] of Object.entries(usage)) if (value !== null) this.#usage[name] = value;
    this.usage(readUsage({ ...this.#usage }));
  }
}

function grow(block: Record<string, JsonValue>, field: string, more: unknown): void {
  block[field] = (asString(block[field]) ?? '') + (asString(more) ?? '');
}

function parseInput(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return {};
  }
}

/** Anthropic counts cached input beside the rest. */
function readUsage(usage: Record<string, unknown>): TokenUsage {
  const cacheRead = asNumber(usage['cache_read_input_tokens']) ?? 0;
  const cacheWrite = asNumber(usage['cache_creation_input_tokens']) ?? 0;
  return makeUsage({
    input: (asNumber(usage['input_tokens']) ?? 0) + cacheRead + cacheWrite, output: asNumber(usage['output_tokens']) ?? 0,
    cacheRead, cacheWrite, reasoning: asNumber(asRecord(usage['output_tokens_details'])['thinking_tokens']),
  }, usage);
}
