// The processes that add to a memory and are killed, seen from the one that kills them.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import { startLineServer } from '../line-server.ts';
import { bundlePage, bundleProgram, openTab, workplace } from '../victims.ts';
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

async function jsonl(): Promise<Host> {
  const { folder, remove } = await workplace('memory-kill');
  const program = await bundleProgram(join(import.meta.dirname, 'victim-node.ts'), folder);
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
  const { folder, remove } = await workplace('memory-kill');
  const server = await startLineServer(await bundlePage(join(import.meta.dirname, 'victim-page.ts')));
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), { headless: true, ...chromiumLaunch() });
  return {
    lines: server.lines,
    async start(batchSize) {
      const page = await openTab(context, server.address);
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
