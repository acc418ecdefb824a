import { seededRandom } from '../../../src/testing/simulation/random.ts';
import type { Host } from './hosts.ts';
import { ENTRIES } from './ingest.ts';

/** What the kills have shown. */
export interface Bag {
  readonly kills: number;
  /** Writes that took effect, over all passes. */
  readonly writes: number;
  /** Times that more was there than had been acknowledged: killed between the write and its acknowledgement. */
  readonly unacknowledged: number;
  readonly problems: readonly string[];
}

const LARGEST_BATCH = 48;

/** Starts a process, kills it after some acknowledged batches, at any moment of the next one, and starts the next. */
export async function hunt(host: Host, kills: number, seed: number): Promise<Bag> {
  const random = seededRandom(seed);
  const problems: string[] = [];
  let [acknowledged, batch, unacknowledged, writes, foundBefore] = [0, 1, 0, 0, 0];
  for (let kill = 0; kill <= kills; kill++) {
    const from = host.lines.length;
    const nextBatch = 1 + Math.floor(random() * LARGEST_BATCH);
    const prey = await host.start(nextBatch);
    const found = (): string | undefined => host.lines.slice(from).find((line) => line.startsWith('found '));
    await until(() => found() !== undefined || host.lines.slice(from).some((line) => line.startsWith('!')));
    writes = Number(found()?.slice(6));
    if (!(writes >= acknowledged)) problems.push(`kill ${kill}: ${acknowledged} writes were acknowledged, ${writes} are there`);
    else if (writes !== foundBefore && writes % ENTRIES % batch !== 0) problems.push(`kill ${kill}: ${writes} writes are there, which cuts a batch of ${batch} in two`);
    if (writes > acknowledged) unacknowledged++;
    const wanted = Math.floor(random() * 12);
    const acks = (): readonly string[] => host.lines.slice(from).filter((line) => line.startsWith('ack '));
    if (kill < kills) {
      await until(() => acks().length >= wanted || host.lines.slice(from).some((line) => line.startsWith('!')));
      const end = performance.now() + random() * 4;
      while (performance.now() < end);
    }
    await prey.kill(random() < 0.5);
    problems.push(...host.lines.slice(from).filter((line) => line.startsWith('!')));
    acknowledged = Math.max(writes, ...acks().map((line) => Number(line.slice(4))));
    batch = nextBatch;
    foundBefore = writes;
    if (problems.length > 0) break;
  }
  return { kills, writes, unacknowledged, problems };
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('The process said nothing for 30 seconds');
    await new Promise((resolve) => { setTimeout(resolve, 1); });
  }
}
