// The processes that are killed, seen from the one that kills them: each kind starts, takes orders and dies by SIGKILL.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Plugin } from 'esbuild';
import { type BrowserContext, type CDPSession, chromium } from 'playwright';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import { startRedis } from '../redis-server.ts';
import { bundlePage, bundleProgram, openTab, workplace } from '../victims.ts';
import { configureWorkerd, spawnWorkerd } from '../workerd-process.ts';
import type { Outside } from './outside.ts';
import type { VictimPage } from './victim-page.ts';
import type { Order, Remains, Report } from './victim.ts';

/** A process that is alive. */
export interface Prey {
  obey(orders: readonly Order[], remains: readonly Remains[]): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** A kind of process with a store that survives it. */
export interface Host {
  readonly name: string;
  /** A run that is stopped inside a call stops everything else in the process: one at a time. */
  readonly blocks: boolean;
  start(): Promise<Prey>;
  close(): Promise<void>;
}

export const hosts: Readonly<Record<string, (outside: Outside) => Promise<Host>>> = { file, redis, 'indexed-db': indexedDb, 'durable-object': durableObject };

const gatedFs: Plugin = {
  name: 'gated-fs',
  setup(setup) {
    setup.onResolve({ filter: /^node:fs$/ }, ({ importer }) => (/file-[a-z-]+\.ts$/.test(importer) ? { path: join(import.meta.dirname, 'gated-fs.ts') } : undefined));
  },
};

/** Reports of a process that has stopped altogether come on its output. */
function hear(output: Readable, outside: Outside): void {
  createInterface({ input: output }).on('line', (line) => {
    if (line.startsWith('{')) outside.onReport(JSON.parse(line) as Report);
  });
}

/** A process that must not end by itself; `group`: it goes with all its own. */
function watch(child: ChildProcess, outside: Outside, group = false): () => Promise<void> {
  let killed = false;
  const gone = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      if (!killed) outside.onFailure(`A process ended by itself (${code ?? signal})`);
      resolve();
    });
  });
  return async () => {
    killed = true;
    if (child.exitCode === null && child.signalCode === null) process.kill(group ? -(child.pid as number) : child.pid as number, 'SIGKILL');
    await gone;
  };
}

async function nodeHost(name: string, blocks: boolean, outside: Outside, args: (folder: string) => readonly string[], more: Partial<Host> & { readonly folder: string }): Promise<Host> {
  const program = await bundleProgram(join(import.meta.dirname, 'victim-node.ts'), more.folder, { plugins: [gatedFs] });
  return {
    name, blocks,
    async start() {
      const child = spawn(process.execPath, [program, ...args(more.folder), outside.address], { stdio: ['pipe', 'pipe', 'inherit'] });
      hear(child.stdout, outside);
      return {
        async obey(orders, remains) { child.stdin.write(`${JSON.stringify({ orders, remains })}\n`); },
        kill: watch(child, outside),
      };
    },
    close: async () => { await more.close?.(); },
  };
}

async function file(outside: Outside): Promise<Host> {
  const { folder, remove } = await workplace('kill');
  return nodeHost('file', true, outside, () => ['file', join(folder, 'runs')], { folder, close: remove });
}

async function redis(outside: Outside): Promise<Host> {
  const { folder, remove } = await workplace('kill');
  const data = join(folder, 'redis');
  await mkdir(data);
  const server = await startRedis(data, '--appendfsync', 'always');
  return nodeHost('redis', false, outside, () => ['redis', String(server.port)], {
    folder,
    close: async () => {
      await server.kill();
      await remove();
    },
  });
}

async function indexedDb(outside: Outside): Promise<Host> {
  const { folder, remove } = await workplace('kill');
  outside.page = await bundlePage(join(import.meta.dirname, 'victim-page.ts'));
  const profile = join(folder, 'profile');
  let browser: Browser | null = null;
  return {
    name: 'indexed-db', blocks: true,
    async start() {
      browser ??= await startChromium(profile, outside);
      const { context, session } = browser;
      const page = await openTab(context, outside.address);
      page.on('pageerror', (error) => outside.onFailure(String(error)));
      return {
        obey: async (orders, remains) => {
          await page.evaluate(([o, r]: [Order[], Remains[]]) => (globalThis as unknown as { page: VictimPage }).page.obey(o, r), [[...orders], [...remains]] as [Order[], Remains[]]);
        },
        // The process of the tab. When all of Chromium is killed, the process that writes the database has been seen to forget
        // what it had called durable: docs/guides/durable.md.
        async kill() {
          const crashed = page.waitForEvent('crash');
          const { processInfo } = await session.send('SystemInfo.getProcessInfo');
          for (const { type, id } of processInfo) if (type === 'renderer') process.kill(id, 'SIGKILL');
          await crashed;
          await page.close();
        },
      };
    },
    async close() {
      await browser?.kill();
      await remove();
    },
  };
}

interface Browser { readonly kill: () => Promise<void>; readonly context: BrowserContext; readonly session: CDPSession }

/** A Chromium of our own, in a process group of its own. */
async function startChromium(profile: string, outside: Outside): Promise<Browser> {
  const { executablePath, args } = chromiumLaunch();
  const child = spawn(executablePath ?? chromium.executablePath(), [
    '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-first-run', '--disable-gpu', ...args, 'about:blank',
  ], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const kill = watch(child, outside, true);
  const endpoint = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, url] = /DevTools listening on (\S+)/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('close', () => reject(new Error('Chromium did not start')));
  });
  const browser = await chromium.connectOverCDP(endpoint);
  return { kill, context: browser.contexts()[0] as BrowserContext, session: await browser.newBrowserCDPSession() };
}

async function durableObject(outside: Outside): Promise<Host> {
  const { folder, remove } = await workplace('kill');
  // A run that is stopped stops its object: that must not count as idle.
  const config = await configureWorkerd(join(import.meta.dirname, 'victim-object.ts'), folder, outside.address, { preventEviction: true });
  return {
    name: 'durable-object', blocks: true,
    async start() {
      const { child, port } = spawnWorkerd(config, 'inherit');
      hear(child.stdout as Readable, outside);
      const url = `http://127.0.0.1:${await port}/`;
      return {
        // No answer comes when a run stops the whole process at once.
        async obey(orders, remains) { void fetch(url, { method: 'POST', body: JSON.stringify({ orders, remains }) }).catch(() => undefined); },
        kill: watch(child, outside),
      };
    },
    close: remove,
  };
}
