import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inNode, otherHosts } from '../../../scripts/docs/run-snippet.mjs';

/** Asks a human in every runtime it comes to, and remembers where it was; values of every kind travel with it. */
const workflow = `
  import { openRequests, readLog, Workflow } from 'blazen-ts';
  const LEGS = 4;
  const trip = (here) => new Workflow('trip')
    .addStep('pack', ['blazen::StartEvent'], (event, ctx) => {
      ctx.set('bag', new Map([['date', new Date(event.at)], ['bytes', Uint8Array.of(0, 255)], ['big', 2n ** 70n], ['set', new Set(['ä'])]]));
      ctx.set('stamps', []);
      return { type: 'Leg' };
    })
    .addStep('leg', ['Leg'], (_event, ctx) => {
      ctx.update('stamps', (stamps) => [...stamps, here]);
      return { type: 'blazen::InputRequestEvent', prompt: 'On from ' + here + '?' };
    })
    .addStep('on', ['blazen::InputResponseEvent'], (event, ctx) => {
      const stamps = ctx.get('stamps');
      if (stamps.length < LEGS) return { type: 'Leg' };
      const bag = ctx.get('bag');
      return { type: 'blazen::StopEvent', result: [...stamps, event.response, bag.get('date').toISOString(), [...bag.get('bytes')].join(), String(bag.get('big')), [...bag.get('set')].join()] };
    });
  const wait = async (handler) => { while (openRequests(handler).length === 0) await new Promise((done) => setTimeout(done)); };
  const answer = (handler) => handler.respondToInput(openRequests(handler)[0].request_id, 'yes');
`;

const start = `
  const handler = await trip(HERE).runWithHandler({ at: 1_700_000_000_000 });
  await wait(handler);
  console.log(String(await handler.snapshot()));
`;
const goOn = `
  const handler = await trip(HERE).resume(SAVED);
  answer(handler);
  await wait(handler);
  console.log(String(await handler.snapshot()));
`;
const finish = `
  const handler = await trip(HERE).resume(SAVED);
  answer(handler);
  const { data } = await handler.result();
  const log = [...readLog(handler)];
  console.log(JSON.stringify({ data, gapFree: log.every(({ seq }, i) => seq === i + 1), steps: log.flatMap(({ step }) => step ?? []) }));
`;

it('a run that starts in Chromium goes on in workerd, in Deno and in Node from its snapshots, and ends with all it carried', { timeout: 180_000 }, async () => {
  mkdirSync('.cache', { recursive: true });
  const folder = mkdtempSync(join(process.cwd(), '.cache/moved-'));
  try {
    const leg = async (host: string, program: string, saved = ''): Promise<string> => {
      const code = `const HERE = ${JSON.stringify(host)}, SAVED = ${JSON.stringify(saved)};\n${workflow}${program}`;
      const file = join(folder, `${host}.js`);
      writeFileSync(file, code);
      return (await (host === 'Node' ? inNode(file, code) : otherHosts[host]!(file))).trim();
    };
    const inWorkerd = await leg('workerd', goOn, await leg('Chromium', start));
    const inDeno = await leg('Deno', goOn, inWorkerd);
    const last = await leg('Node', goOn, inDeno);
    const { data, gapFree, steps } = JSON.parse(await leg('Node', finish, last)) as { data: unknown; gapFree: boolean; steps: string[] };
    expect(data).toEqual(['Chromium', 'workerd', 'Deno', 'Node', 'yes', '2023-11-14T22:13:20.000Z', '0,255', '1180591620717411303424', 'ä']);
    expect(gapFree).toBe(true);
    expect(steps).toEqual(['pack', 'leg', 'on', 'leg', 'on', 'leg', 'on', 'leg', 'on']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
