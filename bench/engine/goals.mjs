const percent = (share) => `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;
const times = (ratio) => `${ratio.toFixed(ratio < 10 ? 1 : 0)} ×`;

/** Noise of two shared cores that a comparison of two growth factors has to allow. */
const GROWTH_NOISE = 1.2;

const atLeast = (value, must, show) => ({ value: show(value), must: `≥ ${show(must)}`, holds: value >= must });
const atMost = (value, must, show) => ({ value: show(value), must: `≤ ${show(must)}`, holds: value <= must });

/** Each goal reads the summary and gives undefined when its rows were not measured. */
const goals = [
  ['chain, warm, share of the floor', ({ chain }) => chain?.ours?.warm && atLeast(chain.ours.warm, 0.25, percent)],
  ['chain, cold, share of the floor', ({ chain }) => chain?.ours?.cold && atLeast(chain.ours.cold, 0.15, percent)],
  ['chain, times LlamaIndex', ({ chain }) =>
    chain?.ours?.warm && chain.llamaindex?.warm && atLeast(chain.ours.warm / chain.llamaindex.warm, 50, times)],
  ['small runs, warm, share of the floor', ({ small }) => small?.ours?.warm && atLeast(small.ours.warm, 0.25, percent)],
  ['fan, items a second', ({ fan }) => fan?.ours?.rate && atLeast(fan.ours.rate / 1000, 150, (k) => `${k.toFixed(0)} k`)],
  [`fan, growth at ten times the items, over the floor's`, ({ fan }) =>
    fan?.ours?.growth && atMost(fan.ours.growth / fan.floor.growth, GROWTH_NOISE, times)],
  ['stream, warm, share of the floor', ({ stream }) => stream?.ours?.warm && atLeast(stream.ours.warm, 0.25, percent)],
  ['stream, time at ten times the events', ({ stream }) => stream?.ours?.growth && atMost(stream.ours.growth, 12, times)],
  ['journalled chain, steps a second', ({ journalled }) =>
    journalled?.ours?.rate && atLeast(journalled.ours.rate / 1000, 300, (k) => `${k.toFixed(0)} k`)],
  ['journalled chain, times TanStack', ({ journalled }) =>
    journalled?.ours?.warm && journalled.tanstack?.warm && atLeast(journalled.ours.warm / journalled.tanstack.warm, 2, times)],
  ['parked run, bytes of heap', ({ parked }) => parked?.ours?.bytes && atMost(parked.ours.bytes, 2_048, (b) => b.toFixed(0))],
  ['run parked after 1,000 steps, bytes of heap', ({ parkedLate }) =>
    parkedLate?.ours?.bytes && atMost(parkedLate.ours.bytes, 8_192, (b) => b.toFixed(0))],
  [`cold import, times the floor's`, (all) => all.import?.ours?.ms && atMost(all.import.ours.timesFloor, 3, times)],
];

/** Every goal with what this run found; `holds` is undefined for one whose rows were not measured. */
export function judge(summary) {
  const found = goals.map(([name, read]) => ({ name, ...(read(summary) || { value: 'not measured', must: '' }) }));
  // An engine of ours that failed is a missed goal, never one left out.
  for (const [scenario, rows] of Object.entries(summary)) {
    if (rows.ours?.error) found.push({ name: `${scenario} runs`, value: rows.ours.error, must: 'no error', holds: false });
  }
  return found;
}
