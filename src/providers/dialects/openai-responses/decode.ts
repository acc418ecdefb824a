import { asArray, asNumber, asRecord, asString, isRecord, type JsonValue } from '../../../base/json.ts';
import type { TokenUsage } from '../../../spec/completion.ts';
import { DecoderBase, makeUsage, type Decoder, type DecoderContext } from '../../core/parts.ts';
import { ToolCalls } from '../../core/tool-calls.ts';

const DIALECT = 'openai-responses';

/** OpenAI's responses. */
export class OpenAIResponsesDecoder extends DecoderBase implements Decoder {
  readonly #calls: ToolCalls;
  /** Position of the call that a streamed item builds, by output index or item id. */
  readonly #positions = new Map<unknown, number>();
  /** Items whose text or thoughts came in pieces already. */
  readonly #streamed = new Set<unknown>();

  constructor(context: DecoderContext) {
    super(context);
    this.#calls = new ToolCalls(context.out);
  }

  event(data: Record<string, unknown>, name: string): void {
    const type = asString(data['type']) ?? name;
    switch (type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        this.#streamed.add(data['item_id']);
        return this.text(data['delta']);
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.#streamed.add(data['item_id']);
        return this.reasoning(data['delta']);
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        this.#calls.add({ index: asNumber(data['output_index']), args: data['delta'] });
        return;
      case 'response.output_item.added': {
        const item = asRecord(data['item']);
        if (item['type'] === 'function_call') this.#beginCall(item, asNumber(data['output_index']));
        return;
      }
      case 'response.output_item.done': return this.#item(asRecord(data['item']), asNumber(data['output_index']));
      case 'response.created':
      case 'response.in_progress': {
        const response = asRecord(data['response']);
        return this.start(response['id'], response['model']);
      }
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
        return this.#finish(asRecord(data['response']));
      case 'error':
        throw this.fail(isRecord(data['error']) ? data : { error: data });
      default:
        if (data['error'] && !isRecord(data['response'])) throw this.fail(data);
    }
  }

  body(data: Record<string, unknown>): void {
    if (isRecord(data['error']) && data['object'] !== 'response') throw this.fail(data);
    this.start(data['id'], data['model']);
    asArray(data['output']).forEach((item, index) => this.#item(asRecord(item), index));
    this.#finish(data);
  }

  end(): void {
    if (!this.finished) return;
    this.#calls.endAll();
    this.emitFinish(this.#calls.count);
  }

  #beginCall(item: Record<string, unknown>, index: number | undefined): number {
    const position = this.#calls.add({ id: asString(item['call_id']), index, name: asString(item['name']), args: item['arguments'] });
    this.#positions.set(index, position);
    return position;
  }

  #item(item: Record<string, unknown>, index: number | undefined): void {
    const streamed = this.#streamed.has(item['id']);
    const providerData = { [DIALECT]: item as JsonValue };
    switch (item['type']) {
      case 'message':
        for (const part of asArray(item['content']).map(asRecord)) {
          if (!streamed) this.text(part['text'] ?? part['refusal']);
          for (const annotation of asArray(part['annotations'])) this.#cite(asRecord(annotation));
        }
        return this.blockEnd('text', providerData);
      case 'reasoning': {
        if (!streamed) for (const part of [...asArray(item['summary']), ...asArray(item['content'])]) this.reasoning(asRecord(part)['text']);
        return this.blockEnd('reasoning', providerData);
      }
      case 'function_call':
        return this.#calls.end(this.#positions.get(index) ?? this.#beginCall(item, index), providerData);
      case 'custom_tool_call': {
        const call = { id: asString(item['call_id']), name: asString(item['name']), args: { input: asString(item['input']) ?? '' } };
        return this.#calls.end(this.#calls.add(call), providerData);
      }
      default:
        if (item['type'] === 'image_generation_call' && typeof item['result'] === 'string') {
          return this.file({ mediaType: `image/${asString(item['output_format']) ?? 'png'}`, base64: item['result'] }, providerData);
        }
        this.provider(asString(item['type']) ?? 'item', DIALECT, item);
    }
  }

  #cite(annotation: Record<string, unknown>): void {
    const url = asString(annotation['url']);
    const id = url ?? asString(annotation['file_id']);
    if (id === undefined) return;
    const title = asString(annotation['title']) ?? asString(annotation['filename']);
    this.source({ id, raw: annotation as JsonValue, ...(url ? { url } : {}), ...(title ? { title } : {}) });
  }

  #finish(response: Record<string, unknown>): void {
    this.start(response['id'], response['model']);
    if (isRecord(response['usage'])) this.usage(readUsage(response['usage']));
    const status = asString(response['status']) ?? 'completed';
    if (status === 'failed') throw this.fail(response);
    const why = asString(asRecord(response['incomplete_details'])['reason']);
    if (status === 'completed') this.reason('stop', status);
    else if (why === 'max_output_tokens') this.reason('length', why);
    else if (why === 'content_filter') this.reason('content_filter', why);
    else this.reason('incomplete', why ?? status);
  }
}

function readUsage(usage: Record<string, unknown>): TokenUsage {
  const inDetails = asRecord(usage['input_tokens_details']);
  return makeUsage({
    input: asNumber(usage['input_tokens']) ?? 0, output: asNumber(usage['output_tokens']) ?? 0, total: asNumber(usage['total_tokens']),
    reasoning: asNumber(asRecord(usage['output_tokens_details'])['reasoning_tokens']),
    cacheRead: asNumber(inDetails['cached_tokens']), cacheWrite: asNumber(inDetails['cache_write_tokens']),
  }, usage);
}
