import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareWorkerd, type Workerd } from '../../helpers/workerd-process.ts';

const ROWS = 100_000;
const MOST_MEGABYTES = 64;

let workerd: Workerd;
beforeAll(async () => { workerd = await prepareWorkerd(join(import.meta.dirname, '../../helpers/large-memory-object.ts'), ''); });
afterAll(() => workerd.remove());

/** What the process has of the machine's memory. */
function megabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

it.skipIf(process.platform !== 'linux')('100,000 vectors can be searched in workerd within 64 MB more than it takes idle', { timeout: 180_000 }, async () => {
  const running = await workerd.start();
  const call = async (body: object): Promise<unknown> => (await fetch(running.url, { method: 'POST', body: JSON.stringify(body) })).json();
  try {
    await call({});
    const idle = megabytes(running.pid);
    for (let rows = 0; rows < ROWS; rows += 5000) await call({ add: 5000 });
    for (const row of [0, 4321, 99_999]) {
      for (const accuracy of ['high', 'fast']) expect((await call({ search: row, accuracy }) as number[])[0]).toBe(row);
    }
    const more = megabytes(running.pid) - idle;
    console.log(`workerd: ${idle.toFixed(0)} MB idle, ${more.toFixed(1)} MB more with ${ROWS} vectors of 384 numbers`);
    expect(await call({})).toBe(ROWS);
    expect(more).toBeLessThan(MOST_MEGABYTES);
  } finally {
    await running.kill();
  }
});
