import { afterAll, describe, expect, test } from 'vitest';
import { simulate, type SimulationReport } from '../../../src/testing/index.ts';
import { subjects, yes } from './simulated-workflows.ts';

/** The seeds, spread over all simulated workflows, and a line that tells what they met. */
export function testSeeds(count: number): void {
  const reports: SimulationReport[] = [];

  describe(`${count} seeds over ${subjects.length} workflows`, () => {
    for (const [i, { name, make, input }] of subjects.entries()) {
      const seeds = Math.floor(count / subjects.length) + Number(i < count % subjects.length);
      test(`${name}: whatever goes wrong, the run ends as it does undisturbed`, async () => {
        const report = await simulate(make, { seeds, input, answer: yes });
        reports.push(report);
        expect(report.seeds).toBe(seeds);
      }, 30_000 + seeds * 500);
    }
  });

  afterAll(() => {
    const sum = (what: keyof SimulationReport): number => reports.reduce((n, report) => n + Number(report[what]), 0);
    console.log(`= simulated ${sum('seeds')} seeds: ${sum('crashes')} crashes, ${sum('restarts')} restarts, ${sum('pauses')} pauses, ${sum('clockJumps')} clock jumps, `
      + `${sum('lostRequests') + sum('lostReplies')} lost and ${sum('resent')} repeated messages, ${sum('takeovers')} takeovers, ${sum('commits')} commits, `
      + `${sum('executions')} executions (${sum('repeated')} repeated), ${Math.round(sum('virtualMs') / 1000)} virtual seconds`);
  });
}
