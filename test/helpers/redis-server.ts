import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { findRedis } from '../../scripts/redis.mjs';

/** A redis-server of the test's own, on a free loopback port, that can be killed and started again on its data. */
export interface RedisServer {
  readonly port: number;
  /** SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Lets the process end while the server runs, and ends the server with it. */
  unref(): void;
}

/** @param folder where it keeps its append-only file. @param settings more arguments of redis-server. */
export async function startRedis(folder: string, ...settings: string[]): Promise<RedisServer> {
  const program = findRedis();
  if (program === undefined) throw new Error('redis-server is missing: run node scripts/ensure-host.mjs');
  const port = await freePort();
  let child: ChildProcess;
  const server: RedisServer = {
    port,
    async kill() {
      const gone = new Promise((resolve) => { child.once('close', resolve); });
      child.kill('SIGKILL');
      await gone;
    },
    unref() {
      child.unref();
      (child.stdout as Socket | null)?.unref();
      process.once('exit', () => child.kill('SIGKILL'));
    },
    async start() {
      const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes', ...settings];
      child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
      await new Promise<void>((resolve, reject) => {
        let output = '';
        child.stdout?.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          if (output.includes('Ready to accept connections')) resolve();
        });
        child.once('close', () => reject(new Error(`redis-server did not start: ${output}`)));
      });
    },
  };
  await server.start();
  return server;
}

/** A port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
