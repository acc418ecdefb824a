// The processes that are killed, seen from the one that kills them: each kind starts, takes orders and dies by SIGKILL.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build, type Plugin } from 'esbuild';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright';
import { chromiumLaunch } from '../../../scripts/chromium.mjs';
import { compatibilityDate, workerdProgram } from '../../../scripts/workerd.mjs';
import { startRedis } from '../redis-server.ts';
import { bundleWorker } from '../worker-bundle.ts';
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

async function workplace(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kill-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

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
  const program = join(more.folder, 'victim.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'victim-node.ts')], bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'silent',
    conditions: ['node'], plugins: [gatedFs],
    // Packages in CommonJS call require for what Node has.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
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
  const { folder, remove } = await workplace();
  return nodeHost('file', true, outside, () => ['file', join(folder, 'runs')], { folder, close: remove });
}

async function redis(outside: Outside): Promise<Host> {
  const { folder, remove } = await workplace();
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
  const { folder, remove } = await workplace();
  const { outputFiles } = await build({ entryPoints: [join(import.meta.dirname, 'victim-page.ts')], bundle: true, format: 'esm', write: false, conditions: ['browser'] });
  outside.page = `<!doctype html><script type="module">${outputFiles[0]?.text ?? ''}</script>`;
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

/** The process that the browser held ready for the next tab may be one of those that were killed. */
async function openTab(context: BrowserContext, address: string): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    try {
      const page = await context.newPage();
      await page.goto(address);
      return page;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
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
  const { folder, remove } = await workplace();
  const storage = join(folder, 'objects');
  await mkdir(storage);
  const modules = await bundleWorker(join(import.meta.dirname, 'victim-object.ts'), folder);
  const config = join(folder, 'config.capnp');
  writeFileSync(config, `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = .worker),
        (name = "storage", disk = (path = ${JSON.stringify(storage)}, writable = true)),
        (name = "outside", network = (allow = ["local"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );
    const worker :Workerd.Worker = (
      modules = ${modules},
      compatibilityDate = ${JSON.stringify(compatibilityDate)},
      durableObjectNamespaces = [(className = "Runs", uniqueKey = "runs", enableSql = true, preventEviction = true)],
      durableObjectStorage = (localDisk = "storage"),
      bindings = [(name = "RUNS", durableObjectNamespace = "Runs"), (name = "ADDRESS", text = ${JSON.stringify(outside.address)})],
      globalOutbound = "outside",
    );
  `);
  return {
    name: 'durable-object', blocks: true,
    async start() {
      const child = spawn(workerdProgram(), ['serve', '--control-fd=3', config], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
      hear(child.stdout as Readable, outside);
      const url = await new Promise<string>((resolve, reject) => {
        createInterface({ input: child.stdio[3] as Readable }).once('line', (line) => resolve(`http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}/`));
        child.once('close', () => reject(new Error('workerd did not start')));
      });
      return {
        // No answer comes when a run stops the whole process at once.
        async obey(orders, remains) { void fetch(url, { method: 'POST', body: JSON.stringify({ orders, remains }) }).catch(() => undefined); },
        kill: watch(child, outside),
      };
    },
    close: remove,
  };
}
