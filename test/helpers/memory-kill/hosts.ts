// The processes that add to a memory and are killed, seen from the one that kills them.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { chromium, type Page } from 'playwright';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import { startLineServer } from '../line-server.ts';
import { prepareWorkerd } from '../workerd-process.ts';
import type { IngestPage } from './victim-page.ts';

/** A kind of process, with the store that survives it. */
export interface Host {
  /** What all of them have reported so far. */
  readonly lines: readonly string[];
  /** Starts one that adds; `kill` resolves when it is gone. `gently`: as a user closes a tab, where there is one. */
  start(batchSize: number): Promise<{ kill(gently: boolean): Promise<void> }>;
  close(): Promise<void>;
}

export const hosts: Readonly<Record<string, () => Promise<Host>>> = {
  jsonl, 'indexed-db': () => tabs('indexed-db'), opfs: () => tabs('opfs'), 'durable-object': durableObject,
};

async function workplace(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'memory-kill-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

async function jsonl(): Promise<Host> {
  const { folder, remove } = await workplace();
  const program = join(folder, 'victim.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'victim-node.ts')], bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'silent',
    conditions: ['node'], banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const lines: string[] = [];
  return {
    lines,
    async start(batchSize) {
      const child = spawn(process.execPath, [program, join(folder, 'memory.jsonl'), String(batchSize)], { stdio: ['ignore', 'pipe', 'pipe'] });
      createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
      createInterface({ input: child.stderr }).on('line', (line) => lines.push(`! ${line}`));
      return {
        async kill() {
          const gone = new Promise((resolve) => { child.once('close', resolve); });
          if (!child.kill('SIGKILL')) throw new Error(`The process ended by itself: ${lines.at(-1)}`);
          await gone;
        },
      };
    },
    close: remove,
  };
}

async function tabs(store: string): Promise<Host> {
  const { folder, remove } = await workplace();
  const { outputFiles } = await build({ entryPoints: [join(import.meta.dirname, 'victim-page.ts')], bundle: true, format: 'esm', write: false, conditions: ['browser'] });
  const server = await startLineServer(`<!doctype html><script type="module">${outputFiles[0]?.text ?? ''}</script>`);
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), { headless: true, ...chromiumLaunch() });
  return {
    lines: server.lines,
    async start(batchSize) {
      const page = await openTab(() => context.newPage(), server.address);
      await page.evaluate(([name, size]) => (globalThis as unknown as { page: IngestPage }).page.ingest(name, size), [store, batchSize] as const);
      return {
        async kill(gently) {
          if (!gently) {
            // The process of the tab dies at once.
            const crashed = new Promise((resolve) => { page.once('crash', resolve); });
            const session = await context.newCDPSession(page);
            void session.send('Page.crash').catch(() => undefined);
            await crashed;
          }
          await page.close();
        },
      };
    },
    async close() {
      await context.close();
      server.close();
      await remove();
    },
  };
}

/** The process that the browser held ready for the next tab may be one that was killed. */
async function openTab(create: () => Promise<Page>, address: string): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    try {
      const page = await create();
      await page.goto(address);
      return page;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

async function durableObject(): Promise<Host> {
  const server = await startLineServer();
  const workerd = await prepareWorkerd(join(import.meta.dirname, 'victim-object.ts'), server.address);
  return {
    lines: server.lines,
    async start(batchSize) {
      const running = await workerd.start();
      await fetch(running.url, { method: 'POST', body: String(batchSize) });
      return { kill: () => running.kill() };
    },
    async close() {
      server.close();
      await workerd.remove();
    },
  };
}
