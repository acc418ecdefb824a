/** A model as it lies in a directory: contents by path. Text is JSON. */
export type ModelFiles = Readonly<Record<string, Uint8Array<ArrayBuffer> | string>>;

/** Numbers from -scale to scale that are the same on every machine: mulberry32. */
export function weights(seed: number, count: number, scale: number): Float32Array {
  let state = seed | 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1) * scale;
  });
}

/** An entry of `added_tokens` in a tokenizer.json. */
export function specialToken(id: number, content: string): object {
  return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
}
