import type { BlazenError } from '../../base/errors.ts';
import type { JsonValue } from '../../base/json.ts';
import type { FinishReason, GeneratedFile, Source, StreamPart, TokenUsage } from '../../spec/completion.ts';
import type { ProviderData } from '../../spec/message.ts';
import type { ToolCall } from '../../spec/tool.ts';

/** The `toolCalls` of parts that complete no call: one array for all of them. */
export const NO_CALLS: readonly ToolCall[] = Object.freeze([]);

/** What a decoder needs besides the events. */
export interface DecoderContext {
  /** Where the neutral parts go. */
  readonly out: StreamPart[];
  /** The typed error for an error the provider describes inside a successful answer. */
  readonly fail: (payload: unknown) => BlazenError;
}

/** Turns one answer of one dialect, streamed or whole, into neutral parts. */
export interface Decoder {
  /** True when the provider said that the answer is complete. */
  readonly finished: boolean;
  /** Take a streamed event. @throws the typed error when the event is an error. */
  event(data: Record<string, unknown>, name: string): void;
  /** Take a whole answer. */
  body(data: Record<string, unknown>): void;
  /** No more bytes: emits `finish` when the provider gave a reason. */
  end(): void;
}

/** The parts every dialect emits, and the rule for `finish`. */
export abstract class DecoderBase {
  protected readonly out: StreamPart[];
  protected readonly fail: (payload: unknown) => BlazenError;
  #started = false;
  #open: 'text' | 'reasoning' | undefined;
  #reason: FinishReason | undefined;
  #rawReason: string | undefined;

  constructor(context: DecoderContext) {
    this.out = context.out;
    this.fail = context.fail;
  }

  get finished(): boolean { return this.#reason !== undefined; }

  protected start(id: unknown, model: unknown): void {
    if (this.#started) return;
    this.#started = true;
    this.out.push({
      type: 'start', toolCalls: NO_CALLS, ...(typeof id === 'string' ? { id } : {}), ...(typeof model === 'string' ? { model } : {}),
    });
  }

  protected text(delta: unknown): void {
    if (typeof delta !== 'string' || delta === '') return;
    this.#open = 'text';
    this.out.push({ type: 'text', delta, toolCalls: NO_CALLS });
  }

  protected reasoning(text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    this.#open = 'reasoning';
    this.out.push({ type: 'reasoning', text, toolCalls: NO_CALLS });
  }

  /** Close the block; with `providerData` also an empty one. */
  protected blockEnd(block: 'text' | 'reasoning', providerData?: ProviderData): void {
    if (this.#open !== block && providerData === undefined) return;
    this.#open = undefined;
    this.out.push({ type: 'block-end', block, toolCalls: NO_CALLS, ...(providerData ? { providerData } : {}) });
  }

  protected provider(name: string, dialect: string, item: unknown): void {
    this.out.push({ type: 'provider', name, providerData: { [dialect]: item as JsonValue }, toolCalls: NO_CALLS });
  }

  protected source(source: Source): void {
    this.out.push({ type: 'source', source, toolCalls: NO_CALLS });
  }

  protected file(file: GeneratedFile, providerData?: ProviderData): void {
    this.out.push({ type: 'file', file, toolCalls: NO_CALLS, ...(providerData ? { providerData } : {}) });
  }

  protected usage(usage: TokenUsage, cost?: number): void {
    this.out.push({ type: 'usage', usage, toolCalls: NO_CALLS, ...(cost === undefined ? {} : { cost }) });
  }

  /** The provider gave a reason; `finish` is emitted at the end, after usage that may still come. */
  protected reason(reason: FinishReason, raw: string): void {
    this.#reason = reason;
    this.#rawReason = raw;
  }

  protected emitFinish(calls: number): void {
    if (this.#reason === undefined) return;
    const finishReason = this.#reason === 'stop' && calls > 0 ? 'tool_calls' : this.#reason;
    this.out.push({ type: 'finish', finishReason, toolCalls: NO_CALLS, ...(this.#rawReason === undefined ? {} : { rawFinishReason: this.#rawReason }) });
  }
}

/** Token counts with everything absent as 0 and the total computed when it is missing. */
export function makeUsage(
  counts: { input: number; output: number; total?: number | undefined; reasoning?: number | undefined; cacheRead?: number | undefined; cacheWrite?: number | undefined; audioIn?: number | undefined; audioOut?: number | undefined },
  raw: unknown,
): TokenUsage {
  return {
    promptTokens: counts.input, completionTokens: counts.output, totalTokens: counts.total ?? counts.input + counts.output,
    reasoningTokens: counts.reasoning ?? 0, cachedInputTokens: counts.cacheRead ?? 0, cacheWriteTokens: counts.cacheWrite ?? 0,
    ...(counts.audioIn ? { audioInputTokens: counts.audioIn } : {}), ...(counts.audioOut ? { audioOutputTokens: counts.audioOut } : {}),
    raw: raw as JsonValue,
  };
}
