import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// What only a whole process shows: whether timers of the engine keep it alive. The programs use the built package.
const entry = new URL('../../../dist/node/workflow/index.js', import.meta.url).href;
const run = promisify(execFile);

async function program(source: string): Promise<{ code: number; stdout: string; ms: number }> {
  const started = Date.now();
  const text = `import { Workflow, retry } from ${JSON.stringify(entry)};\nconst stop = (result) => ({ type: 'blazen::StopEvent', result });\n${source}`;
  const done = await run(process.execPath, ['--input-type=module', '-e', text], { timeout: 180_000 }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  );
  return { ...done, ms: Date.now() - started };
}

test('a process ends when its runs have ended, long before their time limits', async () => {
  const { code, stdout, ms } = await program(`
    const wf = new Workflow('quick').addStep('s', ['blazen::StartEvent'], async () => stop('done'));
    console.log((await wf.run()).data);
    await wf.run().then(() => 0);
  `);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
  expect(ms).toBeLessThan(15_000);
});

test('a process stays alive for a retry and for a time limit that will end a hung run', async () => {
  const retried = await program(`
    const wf = new Workflow('flaky').addStep('s', ['blazen::StartEvent'], async (e, c) => { if (c.attempt < 3) throw new Error('no'); return stop(c.attempt); }, retry({ maxAttempts: 3, backoffMs: 40 }));
    console.log((await wf.run()).data);
  `);
  expect(retried).toMatchObject({ code: 0, stdout: '3\n' });
  const hung = await program(`
    const wf = new Workflow('hung', { timeoutMs: 150 }).addStep('s', ['blazen::StartEvent'], () => new Promise(() => {}));
    await wf.run().catch((error) => console.log(error.name, error.code));
  `);
  expect(hung).toMatchObject({ code: 0, stdout: 'TimeoutError workflow.timeout\n' });
});

test('a run that waits for a human does not keep the process alive', async () => {
  const { stdout } = await program(`
    const wf = new Workflow('asks').addStep('s', ['blazen::StartEvent'], async () => ({ type: 'blazen::InputRequestEvent', prompt: '?' }));
    const handler = await wf.runWithHandler();
    process.on('exit', () => console.log(handler.status));
  `);
  expect(stdout).toBe('waiting\n');
});
