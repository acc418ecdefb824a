import type { CheckpointCommit, CheckpointStatus, CheckpointStore } from '../../spec/checkpoint.ts';
import { bytes, show, text } from './checkpoint-kit.ts';
import { CheckpointModel } from './checkpoint-model.ts';
import type { SuiteApi } from './suite-api.ts';

/** A claim that was given out once: the store's fence, the model's number, and what its holder believes. */
interface Held {
  readonly runId: string;
  readonly fence: number;
  readonly claim: number;
  version: number;
  streamSeq: number;
}

/** Integers below a bound, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}

const STATUSES: readonly CheckpointStatus[] = ['waiting', 'running', 'paused', 'waiting', 'completed'];

/** Make 120 random calls, stale and repeated ones among them, and compare every answer with that of the model. */
export async function randomCalls(t: SuiteApi, store: CheckpointStore, seed: number): Promise<void> {
  const random = numbers(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const model = new CheckpointModel();
  const runIds = ['a', 'b', 'ü/..'];
  const held: Held[] = [];
  const sent: [Held, CheckpointCommit][] = [];
  /** Number the store gave the newest input of a run. */
  const newest = new Map<string, number>();
  let now = 1000;
  let unique = 0;
  const trace: string[] = [];
  const same = (actual: unknown, expected: unknown): void => t.deepEqual(actual, expected, `seed ${seed}, after ${trace.slice(-8).join('; ')}`);

  const commit = async (holder: Held, change: CheckpointCommit): Promise<void> => {
    const outcome = model.commit(holder.runId, { ...change, fence: holder.claim });
    same(await store.commit(holder.runId, change), outcome);
    const stored = model.runs.get(holder.runId);
    if (outcome === 'ok' && stored !== undefined) Object.assign(holder, { version: stored.version, streamSeq: stored.streamSeq });
  };
  const calls: Readonly<Record<string, (runId: string, holder: Held | undefined) => Promise<void>>> = {
    create: async (runId) => {
      const wakeAt = pick([undefined, null, now + random(300)]);
      const run = { workflow: pick(['x', 'y']), base: bytes(`base ${unique++}`), now, ...(wakeAt === undefined ? {} : { wakeAt }) };
      same(await store.create(runId, run), model.create(runId, run));
    },
    claim: async (runId) => {
      const [owner, leaseMs] = [pick(['me', 'you']), 1 + random(200)];
      const claim = model.claim(runId, owner, leaseMs, now);
      const got = await store.claim(runId, owner, leaseMs, now);
      same(got === null, claim === null);
      if (got === null || claim === null) return;
      held.push({ runId, fence: got.fence, claim, version: got.version, streamSeq: got.streamSeq });
      same(got.inputs.map(({ id, data }) => `${id}=${text(data)}`), model.inputs(runId, 0));
    },
    commit: async (_, holder) => {
      if (holder === undefined) return;
      const off = random(12) === 0 ? 1 : 0;
      const [body, wakeAt] = [random(4), pick([undefined, undefined, null, now + random(300)])];
      const change: CheckpointCommit = {
        fence: holder.fence, version: holder.version + off, commitId: `c${unique++}`, now,
        ...(body === 0 ? { base: bytes(`base ${unique}`) } : body < 3 ? { delta: bytes(`delta ${unique}`) } : {}),
        items: Array.from({ length: random(4) }, (__, i) => ({ seq: holder.streamSeq + 1 + i + (random(20) === 0 && i === 0 ? 1 : 0), data: bytes(`item ${unique}.${i}`) })),
        consumed: random(3) === 0 ? [pick(['i', 'j', 'k'])] : [],
        ...(random(6) === 0 ? { status: pick(STATUSES) } : {}), ...(wakeAt === undefined ? {} : { wakeAt }),
      };
      if ((change.items ?? []).some(({ seq }, i, all) => seq !== (all[0]?.seq ?? 0) + i)) return;
      sent.push([holder, change]);
      await commit(holder, change);
    },
    again: async () => {
      if (sent.length > 0) await commit(...(random(2) === 0 ? sent.at(-1) as [Held, CheckpointCommit] : pick(sent)));
    },
    renew: async (_, holder) => {
      if (holder === undefined) return;
      same(await store.renew(holder.runId, holder.fence, 100, now), model.renew(holder.runId, holder.claim, 100, now));
    },
    release: async (_, holder) => {
      if (holder === undefined) return;
      const wakeAt = pick([undefined, null, now + random(300)]);
      const run = model.runs.get(holder.runId);
      const seen = random(3) > 0;
      same(
        await store.release(holder.runId, holder.fence, { seenInput: seen ? newest.get(holder.runId) ?? 0 : 0, ...(wakeAt === undefined ? {} : { wakeAt }) }),
        model.release(holder.runId, holder.claim, wakeAt, seen ? run?.arrived ?? 0 : 0),
      );
    },
    input: async (runId) => {
      const [id, data] = [pick(['i', 'j', 'k', 'l']), bytes(`input ${unique++}`)];
      same(await store.putInput(runId, id, data), model.putInput(runId, id, data));
    },
    due: async () => {
      const due = [...model.runs].filter(([, run]) => run.dueAt !== null && run.dueAt <= now);
      same([...await store.due(now, 10)].toSorted(), due.map(([id]) => id).toSorted());
    },
    time: () => { now += random(150); return Promise.resolve(); },
    delete: async (runId) => {
      if (random(4) === 0) same(await store.delete(runId), model.runs.delete(runId));
    },
  };

  for (let step = 0; step < 120; step++) {
    const name = pick(['create', 'claim', 'claim', 'commit', 'commit', 'commit', 'commit', 'again', 'renew', 'release', 'input', 'input', 'due', 'time', 'time', 'delete']);
    const runId = pick(runIds);
    trace.push(`${name} ${runId}`);
    await calls[name]?.(runId, random(4) === 0 ? pick(held) : held.findLast((one) => one.runId === runId));
    for (const id of runIds) {
      const run = model.runs.get(id);
      const stored = await store.read(id);
      if (run === undefined) {
        same(stored, null);
        newest.delete(id);
        continue;
      }
      const { workflow, status, version, streamSeq, createdAt, updatedAt, dueAt, base, deltas } = run;
      same(stored && { ...stored, base: text(stored.base), deltas: stored.deltas.map(text) }, {
        runId: id, workflow, status, version, streamSeq, createdAt, updatedAt, dueAt, base, deltas,
      });
      const inputs = await store.readInputs(id, 0);
      same(inputs.map((input) => `${input.id}=${text(input.data)}`), model.inputs(id, 0));
      newest.set(id, Math.max(newest.get(id) ?? 0, inputs.at(-1)?.seq ?? 0));
    }
    same(show(await store.readStream(runId, 2, 5)), (model.runs.get(runId)?.items ?? []).filter(([seq]) => seq > 2).slice(0, 5).map(([seq, data]) => `${seq}:${data}`));
  }
  same((await store.list()).runs.map((run) => run.runId).toSorted(), [...model.runs.keys()].toSorted());
}
