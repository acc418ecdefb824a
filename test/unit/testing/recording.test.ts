import { expect, test } from 'vitest';
import { Recorder, replay, simulate, Timeline } from '../../../src/testing/index.ts';
import type { RecordedWorkflow } from '../../../src/testing/index.ts';
import { longRun, subjects, yes } from './simulated-workflows.ts';

// Sub-workflows and pipelines run inside a step, by a clock of the outer run: their workers' clocks are the replay's.
for (const { name, make, input } of [...subjects, longRun]) {
  test(`${name}: what was recorded while workers died is replayed without a difference`, async () => {
    let commits = 0;
    let recorder = new Recorder();
    for (let seed = 1; seed <= 3; seed++) {
      await simulate(make, { seed, input, answer: yes, store: () => (recorder = new Recorder()).store });
      const recording = recorder.recording('run-1');
      expect(await replay(recording, make), `seed ${seed}`).toEqual({ commits: recording.changes.length, divergence: null });
      commits += recording.changes.length;
      const workflow = make({ clock: { now: () => 0, after: () => 0, cancel: () => undefined }, random: () => 0 }) as unknown as RecordedWorkflow;
      const timeline = new Timeline(recording, workflow);
      expect(timeline.at(timeline.commits.length).status).toBe(timeline.commits.at(-1)?.status);
      // Until the end somebody has something to do, or waits; only a run that stalls, or is to hear of the end of a scope, has not.
      for (let n = 0; n < timeline.commits.length; n += 1 + (n >> 3)) {
        const { inFlight, requests } = timeline.at(n);
        expect(inFlight.length + requests.length > 0 || timeline.commits[n]?.type !== 'step', `after ${n}`).toBe(true);
      }
    }
    expect(commits).toBeGreaterThan(0);
  }, 60_000);
}
