import type { OnnxRuntime, OnnxTensor } from './onnx-runtime.ts';
import type { TokenRow } from './text-tokens.ts';

/** Tokens of a batch at most, padding included: the memory of attention grows with them and is not given back. */
const MAX_BATCH_TOKENS = 8192;

/** The places of the rows in batches of like length, so that little is padded. */
export function batchesByLength(rows: readonly TokenRow[], batchSize: number): number[][] {
  const length = (place: number): number => (rows[place] as TokenRow).ids.length;
  const batches: number[][] = [];
  let batch: number[] = [];
  for (const place of [...rows.keys()].sort((a, b) => length(a) - length(b))) {
    if (batch.length === batchSize || (batch.length + 1) * length(place) > MAX_BATCH_TOKENS) batch = [];
    if (batch.length === 0) batches.push(batch);
    batch.push(place);
  }
  return batches;
}

/** The inputs that an encoder may have, by name. */
export const ENCODER_INPUTS: readonly string[] = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'];

/** The rows as the inputs of the model, filled up to the longest. */
export function feedsOf(runtime: Pick<OnnxRuntime, 'Tensor'>, names: readonly string[], rows: readonly TokenRow[], padding: number): Record<string, OnnxTensor> {
  const width = Math.max(...rows.map(({ ids }) => ids.length));
  const tensor = (rest: number, value: (row: TokenRow, place: number) => number): OnnxTensor => {
    const data = new BigInt64Array(rows.length * width).fill(BigInt(rest));
    rows.forEach((row, i) => row.ids.forEach((_, place) => { data[i * width + place] = BigInt(value(row, place)); }));
    return new runtime.Tensor('int64', data, [rows.length, width]);
  };
  const all: Readonly<Record<string, () => OnnxTensor>> = {
    input_ids: () => tensor(padding, (row, place) => row.ids[place] as number),
    attention_mask: () => tensor(0, () => 1),
    token_type_ids: () => tensor(0, (row, place) => row.types?.[place] ?? 0),
    position_ids: () => tensor(0, (_row, place) => place),
  };
  return Object.fromEntries(names.map((name) => [name, (all[name] as () => OnnxTensor)()]));
}
