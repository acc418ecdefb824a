import { test } from 'vitest';
import { WorkflowSnapshot } from '../../../src/index.ts';
import { checkExact, here, live } from '../../helpers/exact.ts';
import { fuzz, pick, reportFuzz } from '../../helpers/fuzz.ts';
import { framed, mutateJson, repaired } from '../../helpers/mutate.ts';
import { inTheMiddle, paused, still, waiting } from '../../helpers/sample-snapshots.ts';

// Each damaged snapshot is resumed exactly as it says, or refused with a typed error; and what is resumed lives on.
// snapshot-forms-fuzz.test.ts does the other forms; together they are 100,000 cases.

async function liveWorkflow(source: object | string | Uint8Array): Promise<void> {
  const snapshot = await WorkflowSnapshot.from(source as string);
  const handler = await here.resume(snapshot, { clock: still });
  checkExact(snapshot.body);
  await live(handler);
}

test('damaged snapshots whose checksum was made right are resumed as they say or refused', { timeout: 300_000 }, async () => {
  const documents = await Promise.all([waiting, inTheMiddle, paused].map(async (make) => (await (await make()).snapshot()).toJSON()));
  await fuzz('workflow', 40_000, (random) => {
    const document = pick(documents, random);
    const body = mutateJson(document.body, random);
    const form = random();
    const source = form < 0.4 ? repaired(document, body) : form < 0.8 ? JSON.stringify(repaired(document, body)) : framed(1, body);
    return () => liveWorkflow(source);
  });
});

reportFuzz();
