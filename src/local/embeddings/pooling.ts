import type { TokenRow } from './text-tokens.ts';

/** How one vector is made of those of the tokens: their mean, the first token's or the last one's. */
export type Pooling = 'mean' | 'cls' | 'last';

/** What a model gives for a batch: one vector per token (three lengths), or one per text (two). */
export interface States {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** One vector per row. The padding behind a row does not count. */
export function pool({ data, dims }: States, rows: readonly TokenRow[], pooling: Pooling, normalize: boolean): Float32Array[] {
  const width = dims.at(-1) as number;
  const places = dims.length === 3 ? dims[1] as number : 1;
  return rows.map(({ ids }, row) => {
    const start = row * places * width;
    const at = (place: number): Float32Array => data.slice(start + place * width, start + (place + 1) * width);
    const last = Math.min(ids.length, places) - 1;
    const vector = pooling === 'mean' ? mean(data, start, last + 1, width) : at(pooling === 'cls' ? 0 : last);
    return normalize ? unit(vector) : vector;
  });
}

function mean(data: Float32Array, start: number, count: number, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < count * width; i++) sums[i % width] = sums[i % width] as number + (data[start + i] as number);
  return Float32Array.from(sums, (sum) => sum / count);
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}
