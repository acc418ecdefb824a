const LONGEST = 30, SHORTEST = 25;
/** Seconds over which quiet is measured, and how finely it is looked for. */
const QUIET = 0.2, STEP = 0.05;

/** Cuts a recording into spans of at most 30 seconds, each cut at the quietest place of its last five: `[from, to)` in samples. */
export function* windows(samples: Float32Array, rate: number): Generator<readonly [from: number, to: number], void, undefined> {
  let from = 0;
  while (samples.length - from > LONGEST * rate) {
    const to = quietest(samples, from + SHORTEST * rate, from + LONGEST * rate, rate);
    yield [from, to];
    from = to;
  }
  if (from < samples.length) yield [from, samples.length];
}

function quietest(samples: Float32Array, from: number, to: number, rate: number): number {
  const length = Math.round(QUIET * rate);
  let best = to;
  let least = Infinity;
  for (let at = from; at + length <= to; at += Math.round(STEP * rate)) {
    let energy = 0;
    for (let i = at; i < at + length; i++) energy += (samples[i] as number) ** 2;
    if (energy >= least) continue;
    least = energy;
    best = at + Math.round(length / 2);
  }
  return best;
}
