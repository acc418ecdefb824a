/** Numbers that are the same for the same seed. */
export interface SeededRandom {
  /** From 0 up to 1. */
  (): number;
  /** An integer from 0 up to `bound`, without it. */
  below(bound: number): number;
  /** True this often. */
  chance(probability: number): boolean;
  /** One of them. */
  pick<T>(list: readonly T[]): T;
}

/** A generator for a seed (mulberry32): small, fast, and good enough to choose what happens next. */
export function seededRandom(seed: number): SeededRandom {
  // Neighbouring seeds must not begin alike.
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return Object.assign(next, {
    below,
    chance: (probability: number) => probability > 0 && next() < probability,
    pick: <T>(list: readonly T[]) => list[below(list.length)] as T,
  });
}
