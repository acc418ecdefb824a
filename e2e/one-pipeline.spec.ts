import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { build, type BuildOptions } from 'esbuild';
import { Miniflare } from 'miniflare';
import { workerd } from '../scripts/workerd.mjs';

// As one-run.spec.ts, for a pipeline: it starts in Chromium, where a stage waits for a human, is answered in a Worker, goes
// on to a stage whose step only Node has, and ends there. Every runtime gets its own build of the package, by name.

const PIPELINE = `
  import { collect, elsewhere, JoinStrategy, ParallelStage, PipelineBuilder, Stage, Workflow } from 'blazen-ts';
  const stop = (result) => ({ type: 'blazen::StopEvent', result });
  /** The same stages everywhere; the step 'print' has its handler where one is given. */
  export const report = (print) => new PipelineBuilder('report')
    .stage(new Stage('outline', new Workflow('outline')
      .addStep('split', ['blazen::StartEvent'], (event) => [1, 2, 3].map((n) => ({ type: 'Section', n, topic: event.topic })))
      .addStep('check', ['Section'], (event, ctx) => { ctx.writeEventToStream({ type: 'Progress', n: event.n }); return { type: 'Checked', n: event.n, topic: event.topic }; })
      .addStep('join', ['Checked'], (event) => stop({ topic: event.events[0].topic, sections: event.events.map(({ n }) => n), big: 2n ** 80n }), collect(3))))
    .parallel(new ParallelStage('review', [
      new Stage('human', new Workflow('human')
        .addStep('ask', ['blazen::StartEvent'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'ok', prompt: 'Print it?' }))
        .addStep('answer', ['blazen::InputResponseEvent'], (event) => stop(event.response))),
      new Stage('spelling', (outline) => outline.sections.length),
    ], JoinStrategy.WaitAll))
    .stage(new Stage('print', new Workflow('print')
      .addStep('print', ['blazen::StartEvent'], print ?? (() => null), ...(print ? [] : [elsewhere()])),
      (state) => ({ outline: state.outline, review: state.review })))
    .build();
  export const where = (handler) => handler.resting().then(() => handler);
`;

async function bundle(folder: string, name: string, source: string, options: BuildOptions): Promise<string> {
  await writeFile(join(folder, `${name}.js`), source);
  const outfile = join(folder, `${name}.out.js`);
  await build({ entryPoints: [join(folder, `${name}.js`)], outfile, bundle: true, logLevel: 'error', loader: { '.wasm': 'copy' }, ...options });
  return outfile;
}

test('a pipeline that starts in a browser is answered in a Worker and ends in Node, with one gap-free stream', async ({ page }) => {
  await mkdir('.cache', { recursive: true });
  const folder = join(process.cwd(), await mkdtemp('.cache/one-pipeline-'));
  await writeFile(join(folder, 'report.js'), PIPELINE);
  let worker: Miniflare | undefined;
  try {
    // Chromium: the first stage, and a human in the second.
    const script = await bundle(folder, 'browser', `
      import { report, where } from './report.js';
      globalThis.begin = async () => {
        const handler = await where(await report().start({ topic: 'tides', runtime: 'chromium' }));
        return [handler.status, String(await handler.snapshot())];
      };
    `, { format: 'iife', conditions: ['browser'] });
    await page.goto('/');
    await page.evaluate(await readFile(script, 'utf8'));
    const [status, fromChromium] = await page.evaluate(() => (globalThis as unknown as { begin(): Promise<[string, string]> }).begin());
    expect(status).toBe('waiting');

    // A Worker: the answer; the third stage needs a step it does not have.
    const scriptPath = await bundle(folder, 'worker', `
      import { report, where } from './report.js';
      export default { async fetch(request) {
        const handler = await report().resume(await request.text());
        await where(handler);
        handler.respondToInput('ok', navigator.userAgent, 'human');
        let snapshot;
        do snapshot = await (await where(handler)).snapshot(); while (snapshot.currentStageIndex < 2);
        return new Response(await snapshot.toBytes(), { headers: { stage: String(snapshot.currentStageIndex), status: handler.status } });
      } };
    `, { format: 'esm', conditions: ['workerd'] });
    worker = new Miniflare({ ...workerd, modules: true, modulesRoot: folder, scriptPath });
    const response = await worker.dispatchFetch('http://worker/', { method: 'POST', body: fromChromium });
    expect([response.status, response.headers.get('stage'), response.headers.get('status')]).toEqual([200, '2', 'waiting']);
    const fromWorker = new Uint8Array(await response.arrayBuffer());

    // Node: the last stage.
    const module = await bundle(folder, 'node', `
      import { report } from './report.js';
      export const finish = async (snapshot) => {
        const handler = await report((event, ctx) => {
          ctx.writeEventToStream({ type: 'Printed' });
          return { type: 'blazen::StopEvent', result: [event.outline.topic, event.review.human, event.review.spelling, event.outline.big, process.release.name] };
        }).resume(snapshot);
        const shown = [];
        const streaming = handler.streamEvents((event, seq) => { shown.push([seq, event.stageName, event.type]); });
        const { finalOutput, runId, stageResults } = await handler.result();
        await streaming;
        return { finalOutput, runId, stages: stageResults.map(({ name, skipped }) => [name, skipped]), shown };
      };
    `, { format: 'esm', platform: 'node', packages: 'external' });
    const { finish } = await import(module) as {
      finish: (snapshot: Uint8Array) => Promise<{ finalOutput: unknown; runId: string; stages: unknown; shown: [number, string, string][] }>;
    };
    const { finalOutput, runId, stages, shown } = await finish(fromWorker);

    expect(finalOutput).toEqual(['tides', 'Cloudflare-Workers', 3, 2n ** 80n, 'node']);
    expect(runId).toBe((JSON.parse(fromChromium) as { body: { runId: string } }).body.runId);
    expect(stages).toEqual([['outline', false], ['review', false], ['print', false]]);
    expect(shown.map(([seq]) => seq)).toEqual(shown.map((_, i) => i + 1));
    expect(shown.map(([, stage, type]) => `${stage} ${type}`).filter((name) => !/Section|Checked/.test(name))).toEqual([
      'outline Progress', 'outline Progress', 'outline Progress', 'review blazen::InputRequestEvent', 'review blazen::InputResponseEvent', 'print Printed',
    ]);
  } finally {
    await worker?.dispose();
    await rm(folder, { recursive: true, force: true });
  }
});
