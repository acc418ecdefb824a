import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, Workflow, type WorkflowHost } from '../../../src/durable/index.ts';
import { type RunningServer, serve } from '../../../src/platform/node/index.ts';
import { createRunHandler, runsClient } from '../../../src/server/index.ts';
import { followThroughKills } from '../../helpers/served-runs.ts';

const servers: RunningServer[] = [];
afterEach(async () => { for (const server of servers.splice(0)) await server.close(); });

async function started(handler: Parameters<typeof serve>[0]): Promise<string> {
  const server = await serve(handler, { port: 0 });
  servers.push(server);
  return server.url;
}

test('a client follows a run without a gap while its server is killed and started again', { timeout: 180_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'served-'));
  try {
    const outfile = join(folder, 'server.mjs');
    await build({ entryPoints: ['test/helpers/run-server.ts'], bundle: true, platform: 'node', format: 'esm', outfile, conditions: ['node'], logLevel: 'silent' });
    const { seqs, counted, result, expected } = await followThroughKills([process.execPath, outfile], join(folder, 'runs'), 3);
    expect(counted).toEqual(expected);
    expect(seqs).toEqual(Array.from({ length: expected.length + 2 }, (_, i) => i + 1));
    expect(result).toBe('yes');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const TOTAL = 2000;
const many = new Workflow('many').addStep('s', ['blazen::StartEvent'], async (_event, context) => {
  const filling = 'x'.repeat(10_000);
  for (let n = 0; n < TOTAL; n++) {
    context.writeEventToStream({ type: 'Item', n, filling });
    if (n % 100 === 0) await context.checkpoint();
  }
  return { type: 'blazen::StopEvent', result: TOTAL };
});

/** A served host that counts what is read of its streams, and those that are open. */
async function counting(workflow: Workflow): Promise<{ url: string; host: WorkflowHost; read: number[]; closed: Promise<void> }> {
  const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow] });
  const read: number[] = [];
  let close!: () => void;
  const closed = new Promise<void>((resolve) => { close = resolve; });
  const watched = new Proxy(host, {
    get(target, key) {
      if (key === 'stream') {
        return async function* (...args: Parameters<typeof host.stream>) {
          const index = read.push(0) - 1;
          try {
            for await (const item of target.stream(...args)) {
              read[index]!++;
              yield item;
            }
          } finally {
            close();
          }
        };
      }
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
  return { url: await started(createRunHandler({ host: watched, workflows: [workflow] })), host, read, closed };
}

test('nothing is read ahead of a slow client, and it misses nothing', { timeout: 180_000 }, async () => {
  const { url, host, read } = await counting(many);
  const runId = await host.start(many);
  const [slow] = await once(get(`${url}/runs/${runId}/events`), 'response') as [IncomingMessage];
  await host.result(runId);
  // Another client reads all of it: time enough for the slow one's connection to take what it can.
  let fast = 0;
  for await (const { seq } of runsClient({ url }).events(runId)) fast = seq ?? fast;
  expect(fast).toBe(TOTAL);
  expect(read[0]).toBeLessThan(TOTAL / 2);
  let text = '';
  for await (const chunk of slow.setEncoding('utf8')) text += String(chunk);
  expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))).toEqual(Array.from({ length: TOTAL }, (_, i) => i + 1));
  expect(text).toMatch(/event: end\ndata: \{[^\n]*"result":2000\}\n\n$/);
});

test('a client that leaves closes its stream, not the run', async () => {
  const asking = new Workflow('asking')
    .addStep('ask', ['blazen::StartEvent'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q' }))
    .addStep('end', ['blazen::InputResponseEvent'], () => ({ type: 'blazen::StopEvent', result: 'done' }));
  const { url, host, closed } = await counting(asking);
  const runId = await host.start(asking);
  for await (const _ of runsClient({ url }).events(runId)) break;
  await closed;
  await runsClient({ url }).respond(runId, 'q', null);
  expect(await host.result(runId)).toBe('done');
});

test('serve passes bodies, headers and failures both ways', async () => {
  const url = await started(async (request) => {
    if (request.url.endsWith('/throw')) throw new Error('secret');
    if (request.url.endsWith('/break')) return new Response(new ReadableStream({ pull: (controller) => { controller.error(new Error('broken')); } }));
    const headers = new Headers({ 'x-method': request.method, 'x-url': request.url });
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    return new Response(request.body, { status: 207, headers });
  });
  const body = 'ü'.repeat(300_000);
  const response = await fetch(`${url}/echo?x=1`, { method: 'POST', body });
  expect(await response.text()).toBe(body);
  expect([response.status, response.headers.get('x-method'), response.headers.get('x-url'), response.headers.getSetCookie()]).toEqual([207, 'POST', `${url}/echo?x=1`, ['a=1', 'b=2']]);
  const failed = await fetch(`${url}/throw`);
  expect([failed.status, await failed.text()]).toEqual([500, '']);
  await expect(fetch(`${url}/break`).then((broken) => broken.text())).rejects.toThrow();
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(207);
});

test.each([
  ['GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\n', 400], ['OPTIONS * HTTP/1.1\r\nHost: x\r\n', 400], ['GET / HTTP/1.1\r\nHost: a b\r\n', 400],
  ['GET // HTTP/1.1\r\nHost: x\r\n', 200], ['TRACE / HTTP/1.1\r\nHost: x\r\n', 400],
])('serve answers %j with %i', async (head, status) => {
  const { port, hostname } = new URL(await started(() => new Response('ok')));
  const socket = connect(Number(port), hostname);
  socket.write(`${head}Connection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test('a port that is taken is an error', async () => {
  const port = Number(new URL(await started(() => new Response('ok'))).port);
  await expect(serve(() => new Response('ok'), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
