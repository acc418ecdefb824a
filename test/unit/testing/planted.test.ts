import { afterAll, expect, test } from 'vitest';
import { loadPlanted } from '../../helpers/planted-bug.ts';
import { plantedBugs } from './planted-bugs.ts';

const SEEDS = 1000;
const found: string[] = [];

for (const [i, bug] of plantedBugs.entries()) {
  test(`finds within ${SEEDS} seeds that ${bug.name}`, async () => {
    const { simulate, SimulationError, subjects, yes } = await loadPlanted(bug, i);
    const subject = subjects.find(({ name }) => name === bug.subject);
    if (subject === undefined) throw new Error(`No simulated workflow is called ${bug.subject}`);
    const error = await simulate(subject.make, { seeds: SEEDS, input: subject.input, answer: yes }).then(() => null, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(SimulationError);
    const { seed, violation } = error as InstanceType<typeof SimulationError>;
    found.push(`${bug.name}: seed ${seed}, ${violation.slice(0, 160)}`);
  }, 120_000);
}

afterAll(() => {
  console.log(`${found.length} of ${plantedBugs.length} planted bugs found:\n${found.map((line) => `  ${line.replaceAll('\n', ' ')}`).join('\n')}`);
});
