const percent = (share) => `${(share * 100).toFixed(1).replace(/\.0$/, '')} %`;
const times = (ratio) => `${ratio.toFixed(ratio < 10 ? 1 : 0)} ×`;
const whole = (n) => Math.round(n).toLocaleString('en-US');
const ms = (n) => `${n.toFixed(2)} ms`;

/** Noise of two shared cores that a comparison of two growth factors has to allow. */
const GROWTH_NOISE = 1.2;
const KB = 1_024;

const least = { sign: '≥', holds: (value, bound) => value >= bound };
const most = { sign: '≤', holds: (value, bound) => value <= bound };
const over = (a, b) => (a === undefined || b === undefined ? undefined : a / b);

const goal = (row, name, { sign, holds }, show, must, aim, read) => ({ row, name, sign, holds, show, must, aim, read });

/**
 * Row, name, how it is compared and shown, what must hold, what is aimed at (null: the row's other goals say), and what
 * this run found; undefined when its scenario was not measured.
 */
const goals = [
  goal('chain', 'warm, share of the floor', least, percent, 0.25, 0.4, ({ chain }) => chain?.ours?.warm),
  goal('chain', 'cold, share of the floor', least, percent, 0.15, null, ({ chain }) => chain?.ours?.cold),
  goal('chain', 'times LlamaIndex', least, times, 50, 100, ({ chain }) => over(chain?.ours?.warm, chain?.llamaindex?.warm)),
  goal('small runs', 'warm, share of the floor', least, percent, 0.25, 0.4, ({ small }) => small?.ours?.warm),
  goal('fan', 'items a second', least, whole, 150_000, null, ({ fan }) => fan?.ours?.rate),
  goal('fan', 'share of the floor', least, percent, 0, 0.6, ({ fan }) => fan?.ours?.warm),
  goal('fan', `growth at ten times the items, over the floor's`, most, times, GROWTH_NOISE, null, ({ fan }) => over(fan?.ours?.growth, fan?.floor?.growth)),
  goal('stream', 'warm, share of the floor', least, percent, 0.25, 0.8, ({ stream }) => stream?.ours?.warm),
  goal('stream', 'time at ten times the events', most, times, 12, null, ({ stream }) => stream?.ours?.growth),
  goal('journalled chain', 'steps a second', least, whole, 300_000, 600_000, ({ journalled }) => journalled?.ours?.rate),
  goal('journalled chain', 'times TanStack', least, times, 2, null, ({ journalled }) => over(journalled?.ours?.warm, journalled?.tanstack?.warm)),
  goal('journal', 'bytes a step', most, whole, 200, 120, ({ journalBytes }) => journalBytes?.ours?.bytes),
  goal('parked', 'fresh run, bytes of heap', most, whole, 2_000, 1_300, ({ parked }) => parked?.ours?.bytes),
  goal('parked', 'after 1,000 steps, bytes of heap', most, whole, 8 * KB, null, ({ parkedLate }) => parkedLate?.ours?.bytes),
  goal('parked', 'after 1,000 steps, with a store', most, whole, 8 * KB, KB, ({ evictedLate }) => evictedLate?.ours?.bytes),
  goal('evicted', 'record of a store, bytes of heap', most, whole, 800, 600, ({ evicted }) => evicted?.ours?.bytes),
  goal('resume', 'after 50,000 steps', most, ms, 0.5, 0.1, ({ resume }) => resume?.ours?.ms),
  goal('resume', 'over that after 1,000 steps', most, times, 1.5, null, ({ resume }) => resume?.ours?.growth),
  goal('bundle', 'core, bytes gzip', most, whole, 6 * KB, 5 * KB, ({ bundle }) => bundle?.ours?.core),
  goal('bundle', 'with the durable half, bytes gzip', most, whole, 9 * KB, 7 * KB, ({ bundle }) => bundle?.ours?.durable),
  goal('cold import', `times the floor's`, most, times, 3, null, (all) => all.import?.ours?.timesFloor),
];

/** Every goal with what this run found; `holds` is undefined for one whose scenario was not measured. */
export function judge(summary) {
  const found = goals.map(({ row, name, sign, holds, show, must, aim, read }) => {
    const value = read(summary);
    const bounds = { row, name: `${row}: ${name}`, must: `${sign} ${show(must)}`, stretch: aim === null ? '' : `${sign} ${show(aim)}` };
    if (value === undefined) return { ...bounds, value: 'not measured' };
    return { ...bounds, value: show(value), holds: holds(value, must), ...(aim === null ? undefined : { reaches: holds(value, aim) }) };
  });
  // An engine of ours that failed is a missed goal, never one left out.
  for (const [scenario, rows] of Object.entries(summary)) {
    if (rows.ours?.error) found.push({ row: scenario, name: `${scenario} runs`, value: rows.ours.error, must: 'no error', stretch: '', holds: false });
  }
  return found;
}

/** Rows with a second goal, and those of them that reach all of theirs. */
export function stretches(found) {
  const rows = [...new Set(found.filter(({ stretch }) => stretch !== '').map(({ row }) => row))];
  return { rows, reached: rows.filter((row) => found.every((goal) => goal.row !== row || goal.stretch === '' || goal.reaches === true)) };
}
