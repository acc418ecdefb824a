import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { compatibilityDate, workerdProgram } from '../../scripts/workerd.mjs';
import { workplace } from './victims.ts';
import { bundleWorker } from './worker-bundle.ts';

/** workerd while it is alive. */
export interface WorkerdProcess {
  readonly pid: number;
  /** Without a slash at the end. */
  readonly url: string;
  /** Resolves when it prints this line. */
  printed(line: string): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** A Worker with the Durable Object class `Runs`, to be started again and again on the same objects. */
export interface Workerd {
  start(): Promise<WorkerdProcess>;
  remove(): Promise<void>;
}

/** Bundle a Worker for workerd itself, which evicts idle objects as it does in production; `address` is its binding ADDRESS. */
export async function prepareWorkerd(script: string, address: string): Promise<Workerd> {
  const { folder, remove } = await workplace('workerd');
  const config = await configureWorkerd(script, folder, address);
  return { start: () => start(config), remove };
}

/** Bundle a Worker into a folder, with a disk for its objects; gives the path of workerd's configuration. */
export async function configureWorkerd(script: string, folder: string, address: string, { preventEviction = false } = {}): Promise<string> {
  const objects = join(folder, 'objects');
  mkdirSync(objects);
  const modules = await bundleWorker(script, folder);
  const config = join(folder, 'config.capnp');
  writeFileSync(config, `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = .worker),
        (name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true)),
        (name = "outside", network = (allow = ["local"])),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );
    const worker :Workerd.Worker = (
      modules = ${modules},
      compatibilityDate = ${JSON.stringify(compatibilityDate)},
      durableObjectNamespaces = [(className = "Runs", uniqueKey = "runs", enableSql = true, preventEviction = ${preventEviction})],
      durableObjectStorage = (localDisk = "objects"),
      bindings = [(name = "RUNS", durableObjectNamespace = "Runs"), (name = "ADDRESS", text = ${JSON.stringify(address)})],
      globalOutbound = "outside",
    );
  `);
  return config;
}

/** workerd, and the port it listens on as soon as it does. */
export function spawnWorkerd(config: string, errors: 'pipe' | 'inherit'): { readonly child: ChildProcess; readonly port: Promise<number> } {
  const child = spawn(workerdProgram(), ['serve', '--control-fd=3', config], { stdio: ['ignore', 'pipe', errors, 'pipe'] });
  const port = new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdio[3] as Readable }).once('line', (line) => resolve((JSON.parse(line) as { port: number }).port));
    child.once('close', () => reject(new Error('workerd did not start')));
  });
  return { child, port };
}

async function start(config: string): Promise<WorkerdProcess> {
  const { child, port } = spawnWorkerd(config, 'pipe');
  const lines = new Set<string>();
  let heard = (): void => undefined;
  createInterface({ input: child.stdout as Readable }).on('line', (line) => {
    lines.add(line);
    heard();
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => { errors = (errors + chunk.toString()).slice(-5000); });
  const gone = new Promise<void>((resolve) => { child.once('close', () => resolve()); });
  return {
    pid: child.pid as number,
    url: `http://127.0.0.1:${await port.catch(() => { throw new Error(`workerd did not start: ${errors}`); })}`,
    printed: (line) => new Promise((resolve) => { (heard = () => { if (lines.has(line)) resolve(); })(); }),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`workerd ended by itself: ${errors}`);
      child.kill('SIGKILL');
      await gone;
    },
  };
}
