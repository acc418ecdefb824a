import type { Row } from './matrix.ts';

/** What the kills of one host gave, in one line. */
export function summaryOf(host: string, rows: readonly Row[], processes: number): string {
  const sum = (count: (row: Row) => number): number => rows.reduce((total, row) => total + count(row), 0);
  const workflows = new Set(rows.map(({ subject }) => subject)).size;
  const slowest = Math.max(0, ...recoveries(rows));
  return `${host}: ${rows.length} kills at boundaries of ${workflows} workflows (${processes} processes), ${sum(({ hit }) => (hit ? 0 : 1))} not hit, `
    + `${sum(({ lost }) => lost)} effects lost, ${sum(({ duplicated }) => duplicated)} duplicated, ${sum(({ repeated }) => repeated)} repeated before their commit, `
    + `${sum(({ problems }) => (problems.length > 0 ? 1 : 0))} bad, usual recovery ${usualRecovery(rows)} ms, longest ${slowest} ms`;
}

/** Milliseconds from the start of the new process until it committed something new, in the middle of all kills. Told, not asserted: it is the machine that is slow. */
function usualRecovery(rows: readonly Row[]): number {
  const sorted = recoveries(rows).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function recoveries(rows: readonly Row[]): number[] { return rows.flatMap(({ recoveryMs }) => recoveryMs ?? []); }

/** Every kill as a line of tab-separated values. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['store', 'workflow', 'boundary', 'hit', 'effects', 'lost', 'duplicated', 'repeated', 'recovery ms', 'problems'];
  const lines = rows.map((row) => [
    row.host, row.subject, row.boundary, row.hit ? 'yes' : 'NO', row.effects, row.lost, row.duplicated, row.repeated, row.recoveryMs ?? '-', row.problems.join('; ') || '-',
  ]);
  return `${[head, ...lines].map((line) => line.join('\t')).join('\n')}\n`;
}

/** What is wrong, for an assertion that shows it. */
export function problemsOf(rows: readonly Row[]): string[] {
  return rows.flatMap(({ host, subject, boundary, problems }) => problems.map((problem) => `${host}, ${subject}, ${boundary}: ${problem}`));
}
