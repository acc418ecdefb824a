/** A measuring process prints its result after this, because some engines print too. */
export const MARK = '\u0001result ';

const sumBelow = (n) => (n * (n - 1)) / 2;

/**
 * What is run. `kind` names the measurement in measure.mjs; `n` is the size of one execution, `expect(n)` the answer
 * every engine must give for it, `per` what the rate counts, `grows` that ten times n is measured too.
 */
export const scenarios = {
  chain: { kind: 'speed', n: 1_000, per: 'step', expect: (n) => n, about: '1,000 steps in a row' },
  small: { kind: 'speed', n: 100, per: 'run', expect: (n) => sumBelow(n) + 3 * n, about: 'runs of three steps, one after the other' },
  fan: { kind: 'speed', n: 10_000, per: 'item', expect: sumBelow, grows: true, about: 'one event to 10,000, collected into one' },
  stream: { kind: 'speed', n: 100_000, per: 'event', expect: sumBelow, grows: true, about: '100,000 events to one reader' },
  journalled: { kind: 'speed', n: 1_000, per: 'step', expect: (n) => n, about: '1,000 steps, each journalled in memory, 1 KB of unchanged state' },
  journalBytes: { kind: 'bytes', n: 1_000, about: 'the same chain: bytes written to the store by each step, all told' },
  resume: { kind: 'resume', sizes: [1_000, 50_000], about: 'from the answer to the end of a run that a store holds, after 50,000 steps; growth: over 1,000 steps' },
  parked: { kind: 'parked', n: 10_000, about: '10,000 runs waiting for an answer: heap of each' },
  parkedLate: { kind: 'parked', n: 500, about: '500 runs waiting for an answer after 1,000 steps: heap of each' },
  evicted: { kind: 'parked', n: 10_000, about: '10,000 runs waiting for an answer, as records of a store in memory: heap of each' },
  evictedLate: { kind: 'parked', early: 300, n: 400, about: '400 runs waiting for an answer after 1,000 steps, kept by a store on disk: heap of each' },
  bundle: { kind: 'bundle', about: 'a program of two steps, bundled and minified for a browser; durable: one that asks a human, is paused and saved, and resumed by another process' },
  import: { kind: 'import', n: 11, about: 'cold import, fresh processes' },
};
