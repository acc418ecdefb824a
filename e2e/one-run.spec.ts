import { build, type BuildOptions } from 'esbuild';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Miniflare } from 'miniflare';
import { workerd } from '../scripts/workerd.mjs';

// The claim on the first page: one run, any runtime. It starts in Chromium, waits for a human, is answered in a Worker,
// and ends in Node in a step that only Node has. Every runtime gets its own build of the package, by name.

const WORKFLOW = `
  import { collect, defineEvent, defineWorkflow, elsewhere, InputRequestEvent, readLog } from 'blazen-ts';
  const Section = defineEvent('Section', { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } });
  const Checked = defineEvent('Checked');
  const Print = defineEvent('Print');
  /** The same graph everywhere; 'print' has its handler where one is given. */
  export const report = (print) => defineWorkflow('report')
    .addStep('split', ['blazen::StartEvent'], (event, ctx) => {
      ctx.set('path', [event.runtime]);
      ctx.set('seen', new Map([['big', 2n ** 80n]]));
      return [1, 2, 3].map((n) => Section({ n }));
    })
    .addStep('check', ['Section'], async (event, ctx) => {
      ctx.update('sum', (sum) => (sum ?? 0) + event.n);
      ctx.writeEventToStream({ type: 'Progress', n: event.n });
      return Checked();
    })
    .addStep('ask', ['Checked'], () => InputRequestEvent({ request_id: 'ok', prompt: 'Print it?' }), collect(3))
    .addStep('answer', ['blazen::InputResponseEvent'], (event, ctx) => {
      ctx.update('path', (path) => [...path, event.response]);
      return Print();
    })
    .addStep('print', ['Print'], print ?? (() => null), ...(print ? [] : [elsewhere()]));
  export async function resting(handler) {
    while (handler.status === 'running') await new Promise((resolve) => setTimeout(resolve));
    return handler;
  }
  export const log = (handler) => [...readLog(handler)].map(({ seq, type, step }) => [seq, step ?? type]);
`;

async function bundle(folder: string, name: string, source: string, options: BuildOptions): Promise<string> {
  await writeFile(join(folder, `${name}.js`), source);
  const outfile = join(folder, `${name}.out.js`);
  await build({ entryPoints: [join(folder, `${name}.js`)], outfile, bundle: true, logLevel: 'error', loader: { '.wasm': 'copy' }, ...options });
  return outfile;
}

test('a run that starts in a browser is answered in a Worker and ends in Node, with one gap-free log', async ({ page }) => {
  await mkdir('.cache', { recursive: true });
  const folder = join(process.cwd(), await mkdtemp('.cache/one-run-'));
  await writeFile(join(folder, 'report.js'), WORKFLOW);
  let worker: Miniflare | undefined;
  try {
    // Chromium: start, and wait for a human.
    const script = await bundle(folder, 'browser', `
      import { report, resting } from './report.js';
      globalThis.begin = async () => {
        const handler = await report().runWithHandler({ runtime: 'chromium' });
        return String(await (await resting(handler)).snapshot());
      };
    `, { format: 'iife', conditions: ['browser'] });
    await page.goto('/');
    await page.evaluate(await readFile(script, 'utf8'));
    const fromChromium = await page.evaluate(() => (globalThis as unknown as { begin(): Promise<string> }).begin());

    // A Worker: answer; what comes next needs a step it does not have.
    const scriptPath = await bundle(folder, 'worker', `
      import { report, resting } from './report.js';
      export default { async fetch(request) {
        const handler = await report().resume(await request.text());
        await resting(handler);
        handler.respondToInput('ok', navigator.userAgent);
        return new Response(await (await (await resting(handler)).snapshot()).toBytes());
      } };
    `, { format: 'esm', conditions: ['workerd'] });
    worker = new Miniflare({ ...workerd, modules: true, modulesRoot: folder, scriptPath });
    const response = await worker.dispatchFetch('http://worker/', { method: 'POST', body: fromChromium });
    expect(response.status).toBe(200);
    const fromWorker = new Uint8Array(await response.arrayBuffer());

    // Node: the last step.
    const module = await bundle(folder, 'node', `
      import { stop } from 'blazen-ts';
      import { log, report } from './report.js';
      export const finish = async (snapshot) => {
        const handler = await report((event, ctx) => stop([...ctx.get('path'), process.release.name, ctx.get('sum'), ctx.get('seen').get('big')])).resume(snapshot);
        const shown = [];
        const streaming = handler.streamEvents((event, seq) => { shown.push([seq, event.type]); });
        const { data } = await handler.result();
        await streaming;
        return { data, log: log(handler), shown, runId: handler.runId() };
      };
    `, { format: 'esm', platform: 'node', packages: 'external' });
    const { finish } = await import(module) as { finish: (snapshot: Uint8Array) => Promise<{ data: unknown; log: [number, string][]; shown: [number, string][]; runId: string }> };
    const { data, log, shown, runId } = await finish(fromWorker);

    expect(data).toEqual(['chromium', 'Cloudflare-Workers', 'node', 6, 2n ** 80n]);
    expect(runId).toBe((JSON.parse(fromChromium) as { body: { runId: string } }).body.runId);
    expect(log.map(([seq]) => seq)).toEqual(log.map((_, i) => i + 1));
    expect(log.map(([, what]) => what)).toEqual(['run.started', 'split', ...Array<string>(6).fill('check'), 'ask', 'input.received', 'answer', 'print', 'run.ended']);
    expect(shown.map(([seq]) => seq)).toEqual(shown.map((_, i) => i + 1));
    expect(shown.map(([, type]) => type).filter((type) => type !== 'Section' && type !== 'Checked')).toEqual(
      ['Progress', 'Progress', 'Progress', 'blazen::InputRequestEvent', 'blazen::InputResponseEvent', 'Print']);
  } finally {
    await worker?.dispose();
    await rm(folder, { recursive: true, force: true });
  }
});
