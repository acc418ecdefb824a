import { table, writeSection } from '../page.mjs';
import { stretches } from './goals.mjs';
import { scenarios } from './scenarios.mjs';

const whole = (n) => n.toLocaleString('en-US');
const percent = (share) => `${(share * 100).toPrecision(share < 0.1 ? 2 : 3).replace(/\.0+$/, '')} %`;
const times = (ratio) => (Number.isFinite(ratio) ? `${ratio < 10 ? ratio.toFixed(1) : whole(Math.round(ratio))} ×` : '');

const columns = {
  speed: {
    head: (per) => ['engine', `${per}s/s, share of the floor`, 'cold', 'blazen-ts is faster by', 'time for 10 × n'],
    cells: (row, ours) => [
      percent(row.warm),
      percent(row.cold),
      ours?.warm === undefined || row === ours ? '' : times(ours.warm / row.warm),
      row.growth === undefined ? '' : `${times(row.growth)} (n = ${whole(row.growthFrom)})`,
    ],
  },
  parked: {
    head: () => ['engine', 'bytes a run', 'times the floor'],
    cells: (row) => [whole(Math.round(row.bytes)), times(row.timesFloor)],
  },
  bytes: {
    head: () => ['engine', 'bytes a step', 'times the floor'],
    cells: (row) => [whole(Math.round(row.bytes)), times(row.timesFloor)],
  },
  resume: {
    head: () => ['engine', 'ms', 'growth'],
    cells: (row) => [row.ms.toFixed(2), `${times(row.growth)} (from ${whole(row.n)} steps)`],
  },
  bundle: {
    head: () => ['engine', 'bytes gzip', 'durable'],
    cells: (row) => [whole(row.core), row.durable === undefined ? '' : whole(row.durable)],
  },
  import: {
    head: () => ['engine', 'times the floor'],
    cells: (row) => [times(row.timesFloor)],
  },
};

/** One scenario as a markdown table, fastest engine of each kind in the order asked for. */
export function scenarioTable(scenario, summary, labels) {
  const { kind, per, about, n } = scenarios[scenario];
  const found = summary[scenario];
  const { head, cells } = columns[kind];
  const titles = head(per);
  const rows = Object.keys(labels).filter((key) => found[key] !== undefined && key !== 'floor').map((key) => {
    const row = found[key];
    if (row.unsupported) return [labels[key], 'not measured', ...titles.slice(2).map(() => '')];
    if (row.error !== undefined) return [labels[key], `failed: ${row.error}`, ...titles.slice(2).map(() => '')];
    const size = row.n === undefined || row.n === n || kind === 'resume' ? '' : ` (n = ${whole(row.n)})`;
    return [labels[key] + size, ...cells(row, found.ours)];
  });
  const floor = found.floor?.growth === undefined || kind === 'resume' ? '' : `\n\nThe floor itself takes ${times(found.floor.growth)} for 10 × n.`;
  return `**${scenario}**: ${about}\n\n${table(titles, rows)}${floor}`;
}

export function goalTable(goals) {
  const word = (holds) => ({ true: 'yes', false: '**no**' })[holds] ?? '';
  const rows = goals.map((goal) => [goal.name, goal.must, goal.value, word(goal.holds), goal.stretch, goal.reaches === undefined ? '' : goal.reaches ? 'yes' : 'no']);
  const { rows: aimed, reached } = stretches(goals);
  return `**Goals**\n\n${table(['goal', 'must', 'found', 'holds', 'aim', 'reached'], rows)}\n\nThe aims are reached in ${reached.length} of ${aimed.length} rows: ${reached.join(', ') || 'none'}.`;
}

/** Puts the tables of this run into docs/benchmarks.md. */
export function writeDocs({ tables, goals, host }) {
  const how = `Written by \`npm run bench -- engine --write\` on Node ${host.node}, ${host.cores} shared cores, ` +
    `${host.passes} passes. Ratios of one run: see \`bench/README.md\` for what they mean.`;
  writeSection('engine', ['## Engine', how, ...tables, goals].filter((part) => part !== '').join('\n\n'));
}
