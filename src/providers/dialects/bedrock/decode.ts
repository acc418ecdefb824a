import { asArray, asNumber, asRecord, asString, isRecord, type JsonValue } from '../../../base/json.ts';
import type { FinishReason, TokenUsage } from '../../../spec/completion.ts';
import { DecoderBase, makeUsage, type Decoder, type DecoderContext } from '../../core/parts.ts';
import { ToolCalls } from '../../core/tool-calls.ts';

const DIALECT = 'bedrock-converse';

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop', stop_sequence: 'stop', tool_use: 'tool_calls', max_tokens: 'length', model_context_window_exceeded: 'length',
  guardrail_intervened: 'content_filter', content_filtered: 'content_filter', malformed_tool_use: 'error', malformed_model_output: 'error',
};

/** Amazon Bedrock's Converse. */
export class BedrockDecoder extends DecoderBase implements Decoder {
  readonly #calls: ToolCalls;
  readonly #positions = new Map<unknown, number>();
  /** Streamed blocks that are not plain text, with their deltas applied. */
  readonly #blocks = new Map<unknown, Record<string, JsonValue>>();

  constructor(context: DecoderContext) {
    super(context);
    this.#calls = new ToolCalls(context.out);
  }

  event(data: Record<string, unknown>, name: string): void {
    const index = data['contentBlockIndex'];
    switch (name) {
      case 'contentBlockDelta': return this.#delta(index, asRecord(data['delta']));
      case 'contentBlockStart': return this.#begin(index, asRecord(data['start']));
      case 'contentBlockStop': return this.#end(index);
      case 'messageStart': return this.start(undefined, undefined);
      case 'messageStop': return this.#stop(data['stopReason']);
      case 'metadata':
        if (isRecord(data['usage'])) this.usage(readUsage(data['usage']));
        return;
      default: if (/exception$/i.test(name)) throw this.fail({ ...data, __type: name });
    }
  }

  body(data: Record<string, unknown>): void {
    this.start(undefined, undefined);
    for (const block of asArray(asRecord(asRecord(data['output'])['message'])['content'])) this.#block(asRecord(block));
    if (isRecord(data['usage'])) this.usage(readUsage(data['usage']));
    this.#stop(data['stopReason']);
  }

  end(): void {
    if (!this.finished) return;
    this.#calls.endAll();
    this.emitFinish(this.#calls.count);
  }

  #stop(reason: unknown): void {
    if (typeof reason === 'string') this.reason(REASONS[reason] ?? 'other', reason);
  }

  /** A whole block of an answer that was not streamed. */
  #block(block: Record<string, unknown>): void {
    const use = block['toolUse'];
    if (isRecord(use) && use['type'] !== 'server_tool_use') {
      const position = this.#calls.add({ id: asString(use['toolUseId']), name: asString(use['name']), args: use['input'] });
      return this.#calls.end(position);
    }
    if (typeof block['text'] === 'string') {
      this.text(block['text']);
      return this.blockEnd('text');
    }
    if (isRecord(block['reasoningContent'])) {
      this.reasoning(asRecord(block['reasoningContent']['reasoningText'])['text']);
      return this.blockEnd('reasoning', { [DIALECT]: block as JsonValue });
    }
    const cited = asRecord(block['citationsContent']);
    if (isRecord(block['citationsContent'])) {
      for (const part of asArray(cited['content'])) this.text(asRecord(part)['text']);
      for (const citation of asArray(cited['citations'])) this.#cite(asRecord(citation));
      return this.blockEnd('text', { [DIALECT]: block as JsonValue });
    }
    const kind = Object.keys(block)[0] ?? 'block';
    this.provider(asString(asRecord(block[kind])['name']) ?? kind, DIALECT, block);
  }

  #begin(index: unknown, start: Record<string, unknown>): void {
    const use = asRecord(start['toolUse']);
    if (isRecord(start['toolUse']) && use['type'] !== 'server_tool_use') {
      this.#positions.set(index, this.#calls.add({ id: asString(use['toolUseId']), name: asString(use['name']) }));
    } else if (Object.keys(start).length > 0) {
      this.#blocks.set(index, { ...(start as Record<string, JsonValue>) });
    }
  }

  #delta(index: unknown, delta: Record<string, unknown>): void {
    if (typeof delta['text'] === 'string') return this.text(delta['text']);
    const block = this.#blocks.get(index) ?? {};
    this.#blocks.set(index, block);
    const position = this.#positions.get(index);
    const use = asRecord(delta['toolUse']);
    const thought = asRecord(delta['reasoningContent']);
    if (isRecord(delta['toolUse']) && position !== undefined) {
      this.#calls.append(position, use['input']);
    } else if (isRecord(delta['toolUse'])) {
      block['toolUse'] = { ...(asRecord(block['toolUse']) as Record<string, JsonValue>), input: (asString(asRecord(block['toolUse'])['input']) ?? '') + (asString(use['input']) ?? '') };
    } else if (isRecord(delta['reasoningContent'])) {
      this.#think(block, thought);
    } else if (isRecord(delta['citation'])) {
      this.#cite(delta['citation']);
    } else if (Array.isArray(delta['toolResult'])) {
      const result = asRecord(block['toolResult']);
      block['toolResult'] = { ...result, content: [...asArray(result['content']), ...delta['toolResult']] } as JsonValue;
    }
  }

  #think(block: Record<string, JsonValue>, delta: Record<string, unknown>): void {
    if (typeof delta['redactedContent'] === 'string') {
      block['reasoningContent'] = { redactedContent: delta['redactedContent'] };
      return;
    }
    const known = asRecord(asRecord(block['reasoningContent'])['reasoningText']);
    const text = (asString(known['text']) ?? '') + (asString(delta['text']) ?? '');
    const signature = asString(delta['signature']) ?? asString(known['signature']);
    block['reasoningContent'] = { reasoningText: { text, ...(signature ? { signature } : {}) } };
    this.reasoning(delta['text']);
  }

  #end(index: unknown): void {
    const position = this.#positions.get(index);
    if (position !== undefined) return this.#calls.end(position);
    const block = this.#blocks.get(index);
    if (block === undefined || Object.keys(block).length === 0) return this.blockEnd('text');
    if (isRecord(block['reasoningContent'])) return this.blockEnd('reasoning', { [DIALECT]: block });
    const use = asRecord(block['toolUse']);
    if (typeof use['input'] === 'string') block['toolUse'] = { ...use, input: parseInput(use['input']) } as JsonValue;
    this.provider(asString(use['name']) ?? Object.keys(block)[0] ?? 'block', DIALECT, block);
  }

  #cite(citation: Record<string, unknown>): void {
    const location = asRecord(citation['location']);
    const url = asString(asRecord(location['web'])['url']);
    const title = asString(citation['title']);
    const id = url ?? asString(citation['source']) ?? title ?? '';
    this.source({ id, raw: citation as JsonValue, ...(url ? { url } : {}), ...(title ? { title } : {}) });
  }
}

function parseInput(text: string): JsonValue {
  try {
    return JSON.parse(text || '{}') as JsonValue;
  } catch {
    return text;
  }
}

/** Bedrock counts cached input beside the rest. */
function readUsage(usage: Record<string, unknown>): TokenUsage {
  const cacheRead = asNumber(usage['cacheReadInputTokens']) ?? asNumber(usage['cacheReadInputTokenCount']) ?? 0;
  const cacheWrite = asNumber(usage['cacheWriteInputTokens']) ?? asNumber(usage['cacheWriteInputTokenCount']) ?? 0;
  return makeUsage({
    input: (asNumber(usage['inputTokens']) ?? 0) + cacheRead + cacheWrite, output: asNumber(usage['outputTokens']) ?? 0,
    total: asNumber(usage['totalTokens']), cacheRead, cacheWrite,
  }, usage);
}
