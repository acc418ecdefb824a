import { Transferred } from './serve-worker.ts';

// How the arguments and the results of a model in a worker cross the line: signals and callbacks among the arguments (or
// in an options object among them) become marks, and the numbers of a result are moved, never the whole memory they lie in.

const MARK = 'blazenRemote';

/** Arguments as they cross the line, and what stays here. */
export interface EncodedArguments {
  readonly args: readonly unknown[];
  readonly transfer: readonly object[];
  readonly signal: AbortSignal | undefined;
  readonly callbacks: readonly ((...args: unknown[]) => unknown)[];
}

export function encodeArguments(given: readonly unknown[]): EncodedArguments {
  const transfer: object[] = [];
  const callbacks: ((...args: unknown[]) => unknown)[] = [];
  let signal: AbortSignal | undefined;
  const encode = (value: unknown, depth: number): unknown => {
    if (value instanceof Transferred) {
      transfer.push(...value.transfer);
      return value.value;
    }
    if (value instanceof AbortSignal) {
      signal = value;
      return { [MARK]: 'signal' };
    }
    if (typeof value === 'function') return { [MARK]: callbacks.push(value as never) - 1 };
    if (depth > 0 || !isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, encode(field, depth + 1)]));
  };
  return { args: given.map((value) => encode(value, 0)), transfer, get signal() { return signal; }, callbacks };
}

/** The arguments again, with this signal and this way back to the callbacks; their results stay behind. */
export function decodeArguments(args: readonly unknown[], signal: AbortSignal, callBack: (index: number, args: unknown[]) => void): unknown[] {
  const decode = (value: unknown, depth: number): unknown => {
    if (!isPlain(value)) return value;
    const mark = value[MARK];
    if (mark === 'signal') return signal;
    if (typeof mark === 'number') return (...rest: unknown[]) => callBack(mark, rest);
    return depth > 0 ? value : Object.fromEntries(Object.entries(value).map(([key, field]) => [key, decode(field, depth + 1)]));
  };
  return args.map((value) => decode(value, 0));
}

/** A result whose typed arrays are copies with a buffer of their own each, and those buffers, to be moved. */
export function detach(value: unknown): { readonly value: unknown; readonly transfer: ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = [];
  const copy = (part: unknown): unknown => {
    if (ArrayBuffer.isView(part) && !(part instanceof DataView)) {
      const own = (part as Uint8Array).slice();
      transfer.push(own.buffer);
      return own;
    }
    if (Array.isArray(part)) return part.map(copy);
    return isPlain(part) ? Object.fromEntries(Object.entries(part).map(([key, field]) => [key, copy(field)])) : part;
  };
  return { value: copy(value), transfer };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
