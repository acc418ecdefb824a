import { parseJson } from '../../base/json-codec.ts';
import { isRecord, type JsonValue } from '../../base/json.ts';
import type { StreamPart } from '../../spec/completion.ts';
import type { ToolCall } from '../../spec/tool.ts';

/** Shows complete calls as the parts of a stream. */
export class ToolCallWriter {
  readonly #emit: (part: StreamPart) => void;
  #count = 0;

  constructor(emit: (part: StreamPart) => void) {
    this.#emit = emit;
  }

  /** True when the answer holds a call. */
  get any(): boolean { return this.#count > 0; }

  /** False when the value is not a call: an object with a name, and arguments if there are any. */
  write(value: unknown): boolean {
    if (!isRecord(value) || typeof value['name'] !== 'string') return false;
    // Templates differ in the second word.
    const given = value['arguments'] ?? value['parameters'] ?? {};
    const args = typeof given === 'string' ? readJson(given) : given;
    if (!isRecord(args)) return false;
    const index = this.#count++;
    const call: ToolCall = { id: `call_${crypto.randomUUID()}`, name: value['name'], arguments: args as ToolCall['arguments'], raw: JSON.stringify(args) };
    const shared = { type: 'tool-call' as const, id: call.id, name: call.name, index, partialArguments: args as JsonValue };
    this.#emit({ ...shared, state: 'start', argumentsDelta: '', toolCalls: [] });
    this.#emit({ ...shared, state: 'delta', argumentsDelta: call.raw, toolCalls: [] });
    this.#emit({ ...shared, state: 'end', argumentsDelta: '', toolCalls: [call] });
    return true;
  }
}

/** The value; undefined when the text is not JSON. */
export function readJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
