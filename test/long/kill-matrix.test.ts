import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { hosts } from '../helpers/kill/hosts.ts';
import { Hunt, type Row, SUBJECTS } from '../helpers/kill/matrix.ts';
import { startOutside } from '../helpers/kill/outside.ts';
import { problemsOf, summaryOf, tableOf } from '../helpers/kill/report.ts';

// `KILL_STORES=file,redis` and `KILL_WORKFLOWS=chain` choose some of them.
const chosen = (name: string, all: readonly string[]): readonly string[] => process.env[name]?.split(',') ?? all;
const RUNS_PER_PROCESS = 20;
const report: Row[] = [];

afterAll(() => {
  mkdirSync('.cache', { recursive: true });
  writeFileSync('.cache/kill-matrix.tsv', tableOf(report));
});

it.each(chosen('KILL_STORES', Object.keys(hosts)))('a process killed at any boundary of any workflow loses nothing and repeats nothing that was committed: %s', async (name) => {
  const outside = await startOutside();
  const hunt = new Hunt(await hosts[name]!(outside), outside);
  try {
    const rows = await hunt.kill(await hunt.enumerate(chosen('KILL_WORKFLOWS', Object.keys(SUBJECTS))), RUNS_PER_PROCESS);
    report.push(...rows);
    console.log(`= ${summaryOf(name, rows, hunt.kills)}`);
    // At once: the other stores take minutes.
    for (const problem of problemsOf(rows)) console.log(`= ! ${problem}`);
    expect(problemsOf(rows)).toEqual([]);
  } finally {
    await hunt.close();
    outside.close();
  }
});
