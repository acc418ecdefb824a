import { CROSS_WIDTH, crossWords } from './cross-encoder.ts';
import { encoderWeights as w, HIDDEN, type Linear } from './encoder.ts';

// What the test models compute, written down a second time: plain loops in double precision, one text at a time, no padding.

type Row = readonly number[];

/** The vector of each token of one text. */
export function encoderStates(ids: readonly number[], types: readonly number[] = ids.map(() => 0)): Row[] {
  const row = (table: Float32Array, index: number, i: number): number => table[index * HIDDEN + i] as number;
  const embedded = ids.map((id, place) => normalize(
    Array.from({ length: HIDDEN }, (_, i) => row(w.words, id, i) + row(w.places, place, i) + row(w.types, types[place] as number, i)), 0));
  const through = (layer: Linear): Row[] => embedded.map((state) => multiply(state, layer));
  const [query, key, value] = [through(w.query), through(w.key), through(w.value)];
  return embedded.map((state, place) => {
    const scores = key.map((other) => dot(query[place] as Row, other) / Math.sqrt(HIDDEN));
    const highest = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - highest));
    const sum = powers.reduce((a, b) => a + b, 0);
    const mixed = state.map((_, i) => powers.reduce((total, power, j) => total + power / sum * (value[j]?.[i] as number), 0));
    const attended = normalize(add(state, multiply(mixed, w.out)), 1);
    const inner = multiply(attended, w.inner).map((x) => Math.max(0, x));
    return normalize(add(attended, multiply(inner, w.outer)), 2);
  });
}

/** One vector of a text from those of its tokens. */
export function pooled(states: readonly Row[], pooling: 'mean' | 'cls' | 'last', unit = true): number[] {
  const vector = pooling === 'cls' ? [...states[0] as Row]
    : pooling === 'last' ? [...states.at(-1) as Row]
    : (states[0] as Row).map((_, i) => states.reduce((sum, state) => sum + (state[i] as number), 0) / states.length);
  const length = unit ? Math.hypot(...vector) : 1;
  return vector.map((x) => x / length);
}

/** How well a passage (type 1) fits a question (type 0). */
export function crossScore(ids: readonly number[], types: readonly number[]): number {
  const pair = (place: number): number[] => [place, place - 1].flatMap((at) =>
    Array.from({ length: CROSS_WIDTH }, (_, i) => at < 0 ? 0 : crossWords[(ids[at] as number) * CROSS_WIDTH + i] as number));
  const passage = types.flatMap((type, place) => type === 1 ? [pair(place)] : []);
  return types.reduce((sum, type, place) => type === 1 ? sum : sum + Math.max(...passage.map((other) => dot(pair(place), other))), 0);
}

function multiply(state: Row, { matrix, bias, from, to }: Linear): number[] {
  return Array.from({ length: to }, (_, column) => {
    let sum = bias[column] as number;
    for (let i = 0; i < from; i++) sum += (state[i] as number) * (matrix[i * to + column] as number);
    return sum;
  });
}

function normalize(state: Row, which: 0 | 1 | 2): number[] {
  const mean = state.reduce((a, b) => a + b, 0) / state.length;
  const variance = state.reduce((sum, x) => sum + (x - mean) ** 2, 0) / state.length;
  const { gain, bias } = w.norms[which];
  return state.map((x, i) => (x - mean) / Math.sqrt(variance + w.epsilon) * (gain[i] as number) + (bias[i] as number));
}

const add = (a: Row, b: Row): number[] => a.map((x, i) => x + (b[i] as number));
const dot = (a: Row, b: Row): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
