import type { Browser, Page } from '@playwright/test';
import { expect, test } from '../test/helpers/demo-page.ts';

// A trace of Playwright's takes snapshots in the page's own thread, which is what is measured here.
test.use({ trace: 'off' });

test('reading large and many files keeps the page busy for less than 200 ms at a stretch', async ({ demo, page, browser }) => {
  // The files are made in the page: handing them over would hold it up by itself.
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    const paragraph = 'Measurements were repeated in spring, because the first series had been taken in the wrong place. ';
    const large = Array.from({ length: 3000 }, (_, index) => `${index}. ${paragraph.repeat(4)}`).join('\n\n');
    transfer.items.add(new File([large], 'large.txt'));
    for (let index = 0; index < 60; index++) transfer.items.add(new File([`# Note ${index}\n\n${paragraph.repeat(20)}`], `note-${index}.md`));
    return transfer;
  });
  const tasks = await tasksWhile(browser, page, async () => {
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
    await demo.settled();
  });
  await expect(demo.documents).toHaveCount(61);
  const longest = Math.max(...tasks);
  test.info().annotations.push({ type: 'longest task', description: `${Math.round(longest)} ms of ${tasks.length} tasks` });
  expect(tasks.length).toBeGreaterThan(50);
  expect(longest).toBeLessThan(200);
});

test('a page that is kept busy for longer is noticed', async ({ page, browser }) => {
  const tasks = await tasksWhile(browser, page, () => page.evaluate(() => {
    let sum = 0;
    for (let i = 0; i < 1_000_000_000; i++) sum += Math.sqrt(i);
    return sum;
  }));
  expect(Math.max(...tasks)).toBeGreaterThan(200);
});

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time: what the thread did, not what it waited for on a busy machine. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** How long each task of the page's main thread worked meanwhile, in milliseconds of processor time. */
async function tasksWhile(browser: Browser, page: Page, work: () => Promise<unknown>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata', 'disabled-by-default-devtools.timeline'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`);
  return traceEvents.filter(({ name, ph, pid, tid }) => name.endsWith('RunTask') && ph === 'X' && mains.includes(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000);
}
