import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunsClient, runsClient } from '../../../src/server/index.ts';
import { type Effect, EffectServer, type Hold } from '../../helpers/effect-server.ts';
import { subjects } from '../../helpers/kill/workflows.ts';
import { prepareWorkerd, type Workerd, type WorkerdProcess } from '../../helpers/workerd-process.ts';

// Real workerd, SIGKILL, and afterwards no request: what goes on does so by the alarm of its object.

const SUBJECTS = subjects({ effect: () => Promise.resolve() });
const names = Object.keys(SUBJECTS);
/** Effects that a crash may let a run make again: those of the executions in flight. */
const IN_FLIGHT: Readonly<Record<string, number>> = { fan: 3, limited: 2, survey: 3, 'survey elsewhere': 3, nested: 2, 'side by side': 4, stages: 2, asking: 2, flaky: 3, counting: 6, telling: 2, tools: 2, 'tool loop': 2, paying: 3 };

let outside: EffectServer;
let workerd: Workerd;
let alive: WorkerdProcess;
let streams = 0;
const runs: RunsClient = runsClient({
  url: '',
  fetch: (path, init) => {
    if (path.endsWith('/events')) streams++;
    return send(alive.url + path, init);
  },
});

/** Connections that are kept may be closed by workerd while a request takes them; every call can be repeated. */
async function send(url: string, init?: RequestInit): Promise<Response> {
  for (let tries = 20; ; tries--) {
    try {
      return await fetch(url, init);
    } catch (error) {
      const { code } = (error as { cause?: { code?: string } }).cause ?? {};
      if (tries === 0 || (code !== 'ECONNRESET' && code !== 'UND_ERR_SOCKET')) throw error;
    }
  }
}

async function start(): Promise<void> { alive = await workerd.start(); }

beforeAll(async () => {
  outside = new EffectServer();
  workerd = await prepareWorkerd('test/helpers/run-object.ts', await outside.listen());
});
afterAll(async () => {
  await alive.kill().catch(() => undefined);
  await workerd.remove();
  outside.close();
});

/** Answers what a run asks until `done`. */
async function answer(runId: string, done: () => boolean): Promise<void> {
  while (!done()) {
    const { status, requests } = await runs.status(runId);
    if (['completed', 'failed'].includes(status)) return;
    if (status === 'waiting') for (const request of requests) await runs.respond(runId, String(request['request_id']), `yes, ${String(request['prompt'])}`).catch(() => undefined);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

interface Outcome { readonly result: unknown; readonly stream: readonly string[]; readonly labels: readonly string[] }

async function finish(runId: string): Promise<Outcome> {
  let ended = false;
  const answering = answer(runId, () => ended);
  const result = await runs.result(runId).catch((error: unknown) => String(error).replaceAll(runId, 'RUN'));
  ended = true;
  await answering;
  const stream: string[] = [];
  for await (const { seq, event } of runs.events(runId)) {
    if (seq === null) continue;
    expect(seq).toBe(stream.length + 1);
    stream.push(event.type);
  }
  return { result, stream: stream.sort(), labels: outside.of(runId).map(({ label }) => label).sort() };
}

const startRun = (subject: string, runId: string): Promise<string> => runs.start(SUBJECTS[subject]!.workflow.name, SUBJECTS[subject]!.input, { runId });
const distinct = (effects: readonly Effect[]): string[] => [...new Set(effects.map(({ key, label }) => `${label} ${key}`))];

describe('runs in objects whose workerd is killed', { timeout: 180_000 }, () => {
  const undisturbed = new Map<string, Outcome>();

  it('are what they are without', async () => {
    await start();
    await Promise.all(names.map(async (subject) => {
      await startRun(subject, `calm ${subject}`);
      undisturbed.set(subject, await finish(`calm ${subject}`));
    }));
        expect([...undisturbed.values()].reduce((sum, { labels }) => sum + labels.length, 0)).toBeGreaterThan(60);
  });

  it.each(['before', 'after'] as const)('%s every effect go on by themselves, lose nothing and repeat only what was in flight', async (when) => {
    const cases = names.flatMap((subject) => [...new Set(undisturbed.get(subject)!.labels)].map((label) => ({ subject, label, when, runId: `${when} ${subject} ${label}` })));
    for (const { runId, label } of cases) outside.hold(runId, { label, when } satisfies Hold);
    await Promise.all(cases.map(async ({ subject, runId }) => {
      await startRun(subject, runId);
      await answer(runId, () => outside.isHeld(runId));
    }));
    expect(cases.filter(({ runId }) => !outside.isHeld(runId))).toEqual([]);
    await alive.kill();
    outside.release();
    const before = new Map(cases.map(({ runId }) => [runId, outside.of(runId).length]));

    await start();
    const startedAt = Date.now();
    // Not one request until all of them have done something.
    await outside.until(() => cases.every(({ runId }) => outside.of(runId).length > before.get(runId)!));
    const delays = cases.map(({ runId }) => outside.of(runId)[before.get(runId)!]!.at - startedAt).sort((a, b) => a - b);

    let repeated = 0;
    const tooMany: string[] = [];
    await Promise.all(cases.map(async ({ subject, runId }) => {
      const { result, stream, labels } = await finish(runId);
      const calm = undisturbed.get(subject)!;
      expect({ runId, result, stream, labels: [...new Set(labels)] }).toEqual({ runId, result: calm.result, stream: calm.stream, labels: [...new Set(calm.labels)] });
      // Whatever was made again was made under the same key.
      expect(distinct(outside.of(runId)).length).toBe(calm.labels.length);
      const again = labels.length - calm.labels.length;
      if (again > (IN_FLIGHT[subject] ?? 1)) tooMany.push(`${runId}: ${outside.of(runId).map((effect) => `${effect.label} ${effect.key.slice(runId.length)}`).join(', ')}`);
      repeated += again;
    }));
    expect(tooMany).toEqual([]);
    console.log(`${cases.length} runs killed ${when} an effect: 0 lost, ${repeated} in flight made again under their key; alarms went on ${delays[0]} to ${delays.at(-1)} ms after the start`);
  });

  // The first changes are of the start, before it is acknowledged; the others of its effects and its stream.
  it.each([0, 2, 3, 4, 5, 6])('inside change %i of a run go on by themselves as if it had not begun', async (change) => {
    const runId = `inside ${change}`;
    const calm = undisturbed.get('telling')!;
    await fetch(`${alive.url}/stop/${change}`);
    let acknowledged = false;
    const starting = startRun('telling', runId).then(() => { acknowledged = true; }, () => undefined);
    await alive.printed('held');
    await alive.kill();
    await starting;
    await start();
    if (!acknowledged) await startRun('telling', runId);
    await outside.until(() => new Set(outside.of(runId).map(({ label }) => label)).size === 3);
    const { result, stream } = await finish(runId);
    expect({ result, stream }).toEqual({ result: calm.result, stream: calm.stream });
    expect(distinct(outside.of(runId)).length).toBe(3);
  });

  it('show a reader every item once when workerd is killed under it', async () => {
    const runId = 'read';
    outside.hold(runId, { label: 'whole', when: 'before' });
    await startRun('telling', runId);
    const seen: [number | null, unknown][] = [];
    const reading = (async () => {
      for await (const { seq, event } of runs.events(runId)) if (seq !== null) seen.push([seq, event['word']]);
    })();
    await outside.until(() => outside.isHeld(runId));
    while (seen.length < 5) await new Promise((resolve) => { setTimeout(resolve, 5); });
    await alive.kill();
    outside.release();
    await start();
    await reading;
    expect(seen.map(([seq]) => seq)).toEqual(seen.map((_, i) => i + 1));
    expect(seen.map(([, word]) => word).filter((word) => word !== undefined)).toEqual(['once', 'upon', 'a', 'time', 'there', 'was']);
  });

  it('leave the memory while they wait for a human, and their readers stay connected', async () => {
    const objects = async (): Promise<number> => (await fetch(`${alive.url}/objects`)).json() as Promise<number>;
    const runId = 'sleeper';
    const before = await objects();
    await startRun('approval', runId);
    const opened = streams;
    const seen: (number | null)[] = [];
    const reading = (async () => { for await (const { seq } of runs.events(runId)) seen.push(seq); })();
    while (seen.length < 1) await new Promise((resolve) => { setTimeout(resolve, 5); });
    // workerd evicts an object that has done nothing for ten seconds, and nothing but the object can tell.
    await new Promise((resolve) => { setTimeout(resolve, 11_000); });
    await answer(runId, () => false);
    await reading;
    expect(await objects()).toBeGreaterThanOrEqual(before + 2);
    expect(streams - opened).toBe(1);
    expect(seen).toEqual(seen.map((_, i) => i + 1));
  });
});
