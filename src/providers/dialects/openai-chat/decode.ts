import { asArray, asNumber, asRecord, asString, isRecord, type JsonValue } from '../../../base/json.ts';
import type { FinishReason, TokenUsage } from '../../../spec/completion.ts';
import { DecoderBase, makeUsage, type Decoder, type DecoderContext } from '../../core/parts.ts';
import { ToolCalls } from '../../core/tool-calls.ts';

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop', eos: 'stop', length: 'length', model_length: 'length', tool_calls: 'tool_calls', function_call: 'tool_calls',
  content_filter: 'content_filter', error: 'error',
};

/** OpenAI's chat completions and everything that speaks them. */
export class OpenAIChatDecoder extends DecoderBase implements Decoder {
  readonly #calls: ToolCalls;
  readonly #cited = new Set<string>();
  readonly #executed = new Set<number>();
  /** What must be sent back of the reasoning, under the names it came with. */
  readonly #replay: Record<string, JsonValue> = {};
  readonly #details = new Map<string, Record<string, JsonValue>>();

  constructor(context: DecoderContext) {
    super(context);
    this.#calls = new ToolCalls(context.out);
  }

  event(data: Record<string, unknown>): void {
    if (data['error']) throw this.fail(data);
    if (data['id'] || data['model']) this.start(data['id'], data['model']);
    const choice = asRecord(asArray(data['choices'])[0]);
    if (choice['error']) throw this.fail(choice);
    const delta = choice['delta'];
    if (isRecord(delta)) this.#message(delta);
    this.#rest(data, choice);
  }

  body(data: Record<string, unknown>): void {
    if (data['error']) throw this.fail(data);
    this.start(data['id'], data['model']);
    const choice = asRecord(asArray(data['choices'])[0]);
    this.#message(asRecord(choice['message'] ?? choice['delta']));
    this.#rest(data, choice);
  }

  end(): void {
    if (!this.finished) return;
    const details = [...this.#details.values()];
    if (details.length > 0) this.#replay['reasoning_details'] = details;
    if (Object.keys(this.#replay).length > 0) this.blockEnd('reasoning', { 'openai-chat': this.#replay });
    this.#calls.endAll();
    this.emitFinish(this.#calls.count);
  }

  #rest(data: Record<string, unknown>, choice: Record<string, unknown>): void {
    const titles = new Map(asArray(data['search_results']).map((hit) => [asRecord(hit)['url'], asString(asRecord(hit)['title'])]));
    for (const citation of asArray(data['citations'])) {
      if (typeof citation === 'string') this.#cite(citation, titles.get(citation), citation);
    }
    const usage = data['usage'] ?? asRecord(data['x_groq'])['usage'];
    if (isRecord(usage)) this.usage(readUsage(usage), readCost(usage));
    const reason = choice['finish_reason'];
    if (typeof reason === 'string' && reason !== '') this.reason(REASONS[reason] ?? 'other', reason);
  }

  #message(message: Record<string, unknown>): void {
    const reasoning = asString(message['reasoning_content']) ? 'reasoning_content' : 'reasoning';
    const thought = asString(message[reasoning]);
    if (thought) {
      this.reasoning(thought);
      this.#replay[reasoning] = ((this.#replay[reasoning] as string | undefined) ?? '') + thought;
    }
    for (const detail of asArray(message['reasoning_details']).map(asRecord)) {
      this.#detail(detail);
      if (!thought) this.reasoning(detail['text'] ?? detail['summary']);
    }
    const content = message['content'];
    if (typeof content === 'string') this.text(content);
    else for (const part of asArray(content)) this.#part(asRecord(part));
    this.text(message['refusal']);
    const extra = message['extra_content'];
    if (isRecord(extra)) this.#replay['extra_content'] = extra as JsonValue;
    for (const item of asArray(message['tool_calls'])) {
      const call = asRecord(item);
      const fn = asRecord(call['function']);
      const more = call['extra_content'];
      this.#calls.add({
        id: asString(call['id']), index: asNumber(call['index']), name: asString(fn['name']), args: fn['arguments'],
        providerData: isRecord(more) ? { 'openai-chat': { extra_content: more as JsonValue } } : undefined,
      });
    }
    const legacy = message['function_call'];
    if (isRecord(legacy)) this.#calls.add({ name: asString(legacy['name']), args: legacy['arguments'] });
    for (const annotation of asArray(message['annotations'])) {
      const citation = asRecord(asRecord(annotation)['url_citation']);
      const url = asString(citation['url']);
      if (url) this.#cite(url, asString(citation['title']), annotation);
    }
    for (const image of asArray(message['images'])) this.#image(asString(asRecord(asRecord(image)['image_url'])['url']));
    const audio = asRecord(message['audio']);
    if (typeof audio['data'] === 'string') {
      this.text(audio['transcript']);
      this.file({ mediaType: 'audio/wav', base64: audio['data'] }, { 'openai-chat': { audio: { id: asString(audio['id']) ?? '' } } });
    }
    for (const tool of asArray(message['executed_tools'])) {
      const index = asNumber(asRecord(tool)['index']) ?? this.#executed.size;
      if (this.#executed.has(index)) continue;
      this.#executed.add(index);
      this.provider(asString(asRecord(tool)['type']) ?? 'tool', 'openai-chat', tool);
    }
  }

  /** Mistral sends content as parts. */
  #part(part: Record<string, unknown>): void {
    if (part['type'] === 'thinking') for (const thought of asArray(part['thinking'])) this.reasoning(asRecord(thought)['text']);
    else if (part['type'] === 'image_url') this.#image(asString(asRecord(part['image_url'])['url']) ?? asString(part['image_url']));
    else this.text(part['text']);
  }

  /** OpenRouter streams a detail in pieces with the same index: texts grow, the rest is replaced. */
  #detail(piece: Record<string, unknown>): void {
    const key = `${asNumber(piece['index']) ?? asString(piece['id']) ?? this.#details.size} ${asString(piece['type']) ?? ''}`;
    const known = this.#details.get(key) ?? {};
    this.#details.set(key, known);
    for (const [name, value] of Object.entries(piece)) {
      const before = known[name];
      const grows = (name === 'text' || name === 'summary' || name === 'data') && typeof before === 'string' && typeof value === 'string';
      if (grows) known[name] = before + value;
      else if (value !== null || before === undefined) known[name] = value as JsonValue;
    }
  }

  #cite(url: string, title: string | undefined, raw: unknown): void {
    if (this.#cited.has(url)) return;
    this.#cited.add(url);
    this.source({ id: url, url, raw: raw as JsonValue, ...(title ? { title } : {}) });
  }

  #image(url: string | undefined): void {
    if (!url) return;
    const data = /^data:([^;,]+);base64,(.*)$/s.exec(url);
    this.file(data ? { mediaType: data[1] as string, base64: data[2] as string } : { mediaType: 'image/*', url });
  }
}

function readUsage(usage: Record<string, unknown>): TokenUsage {
  const input = asNumber(usage['prompt_tokens']) ?? 0;
  const total = asNumber(usage['total_tokens']);
  const inDetails = asRecord(usage['prompt_tokens_details']);
  const outDetails = asRecord(usage['completion_tokens_details']);
  const reasoning = asNumber(outDetails['reasoning_tokens']) ?? asNumber(usage['reasoning_tokens']) ?? 0;
  let output = asNumber(usage['completion_tokens']) ?? 0;
  // xAI counts reasoning beside the completion, everybody else inside it; the total tells which.
  if (reasoning > 0 && total === input + output + reasoning) output += reasoning;
  return makeUsage({
    input, output, total, reasoning,
    cacheRead: asNumber(inDetails['cached_tokens']) ?? asNumber(usage['prompt_cache_hit_tokens']),
    cacheWrite: asNumber(inDetails['cache_write_tokens']),
    audioIn: asNumber(inDetails['audio_tokens']), audioOut: asNumber(outDetails['audio_tokens']),
  }, usage);
}

/** OpenRouter and Perplexity report dollars. */
function readCost(usage: Record<string, unknown>): number | undefined {
  return asNumber(usage['cost']) ?? asNumber(asRecord(usage['cost'])['total_cost']);
}
