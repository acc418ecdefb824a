import { isRecord, type JsonValue } from '../../base/json.ts';
import { parseJson } from '../../base/json-codec.ts';
import { PartialJson } from '../../base/partial-json.ts';
import type { StreamPart, ToolCallDelta } from '../../spec/completion.ts';
import type { ProviderData } from '../../spec/message.ts';
import type { ToolCall } from '../../spec/tool.ts';
import { NO_CALLS } from './parts.ts';

/** A piece of a tool call as a provider streams it; every field may be missing. */
export interface ToolCallPiece {
  readonly id?: string | undefined;
  /** The provider's number of the call. */
  readonly index?: number | undefined;
  readonly name?: string | undefined;
  /** More argument text, or the whole arguments as a value. */
  readonly args?: unknown;
  readonly providerData?: ProviderData | undefined;
}

/**
 * Puts streamed tool calls together.
 *
 * A known id wins over the index; a new id on a used index is a new call; neither id nor index means the current call.
 * The first name counts. Arguments that are not a JSON object make a call with `error` and the raw text.
 */
export class ToolCalls {
  readonly #out: StreamPart[];
  readonly #idPrefix: string;
  readonly #open: Entry[] = [];
  readonly #byIndex = new Map<number, Entry>();
  #current: Entry | undefined;
  /** How many calls there are. */
  count = 0;

  /** @param idPrefix makes ids for calls that come without one. */
  constructor(out: StreamPart[], idPrefix = 'call') {
    this.#out = out;
    this.#idPrefix = idPrefix;
  }

  /** Take a piece; returns the position of its call. */
  add(piece: ToolCallPiece): number {
    const entry = this.#find(piece);
    this.#current = entry;
    if (piece.index !== undefined) this.#byIndex.set(piece.index, entry);
    if (piece.id) entry.givenId ??= piece.id;
    if (piece.name) entry.name ||= piece.name;
    if (piece.providerData) entry.providerData = piece.providerData;
    const args = typeof piece.args === 'string' ? piece.args : piece.args === undefined || piece.args === null ? '' : JSON.stringify(piece.args);
    // A call is announced once its name is known; until then its text waits.
    if (!entry.announced && entry.name !== '') {
      entry.announced = true;
      entry.id = entry.givenId ?? `${this.#idPrefix}_${entry.index}`;
      this.#out.push(new ToolCallEvent(entry, 'start', ''));
      if (entry.raw !== '') this.#out.push(new ToolCallEvent(entry, 'delta', entry.raw));
    }
    if (args !== '') this.#grow(entry, args);
    return entry.index;
  }

  /** More argument text for the call at this position. */
  append(position: number, args: unknown): void {
    const entry = this.#open.find(({ index }) => index === position);
    if (entry === undefined || typeof args !== 'string' || args === '') return;
    this.#grow(entry, args);
  }

  /** The call at this position is complete. */
  end(position: number, providerData?: ProviderData): void {
    const at = this.#open.findIndex((entry) => entry.index === position);
    const entry = this.#open[at];
    if (entry === undefined) return;
    this.#open.splice(at, 1);
    if (providerData) entry.providerData = providerData;
    entry.id ||= entry.givenId ?? `${this.#idPrefix}_${entry.index}`;
    this.#out.push(new ToolCallEvent(entry, 'end', '', [finishCall(entry)]));
  }

  /** All calls are complete. */
  endAll(): void {
    while (this.#open.length > 0) this.end((this.#open[0] as Entry).index);
  }

  #grow(entry: Entry, args: string): void {
    entry.raw += args;
    entry.pending.push(args);
    if (entry.announced) this.#out.push(new ToolCallEvent(entry, 'delta', args));
  }

  #find(piece: ToolCallPiece): Entry {
    const known = piece.id ? this.#open.find((entry) => entry.givenId === piece.id) : undefined;
    if (known) return known;
    const atIndex = piece.index === undefined ? undefined : this.#byIndex.get(piece.index);
    if (piece.id) return atIndex !== undefined && atIndex.givenId === undefined && !atIndex.announced ? atIndex : this.#create();
    return atIndex ?? (piece.index === undefined ? this.#current : undefined) ?? this.#create();
  }

  #create(): Entry {
    const entry: Entry = { index: this.count++, id: '', givenId: undefined, name: '', raw: '', pending: [], announced: false, partial: undefined, providerData: undefined };
    this.#open.push(entry);
    return entry;
  }
}

interface Entry {
  readonly index: number;
  id: string;
  givenId: string | undefined;
  name: string;
  raw: string;
  /** Text the partial parser has not seen: it works only when somebody looks. */
  pending: string[];
  partial: PartialJson | undefined;
  announced: boolean;
  providerData: ProviderData | undefined;
}

class ToolCallEvent implements ToolCallDelta {
  readonly type = 'tool-call';
  readonly state: 'start' | 'delta' | 'end';
  readonly id: string;
  readonly name: string;
  readonly index: number;
  readonly argumentsDelta: string;
  readonly toolCalls: readonly ToolCall[];
  readonly #entry: Entry;

  constructor(entry: Entry, state: 'start' | 'delta' | 'end', argumentsDelta: string, toolCalls: readonly ToolCall[] = NO_CALLS) {
    this.state = state;
    this.id = entry.id;
    this.name = entry.name;
    this.index = entry.index;
    this.argumentsDelta = argumentsDelta;
    this.toolCalls = toolCalls;
    this.#entry = entry;
  }

  get partialArguments(): JsonValue | undefined {
    const entry = this.#entry;
    entry.partial ??= new PartialJson();
    if (entry.pending.length > 0) {
      entry.partial.push(entry.pending.length === 1 ? (entry.pending[0] as string) : entry.pending.join(''));
      entry.pending = [];
    }
    return entry.partial.value;
  }
}

function finishCall({ id, name, raw, providerData }: Entry): ToolCall {
  const call = { id, name, raw, ...(providerData ? { providerData } : {}) };
  if (raw.trim() === '') return { ...call, arguments: {} };
  try {
    let value = parseJson(raw);
    // Some servers encode the arguments twice.
    if (typeof value === 'string') value = parseJson(value);
    if (isRecord(value)) return { ...call, arguments: value as ToolCall['arguments'] };
    return { ...call, arguments: {}, error: 'The arguments are not a JSON object' };
  } catch (error) {
    return { ...call, arguments: {}, error: (error as Error).message };
  }
}
