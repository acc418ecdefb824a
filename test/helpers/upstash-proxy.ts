// A real Redis behind the documented REST interface of Upstash, on 127.0.0.1: the vitest configs start it in their own
// process and hand its address to the runtime under test. Redis itself starts with the first request.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from './redis-server.ts';

/** The token it accepts. */
export const UPSTASH_TOKEN = 'test-token-Zm9vYmFy+/=';

/**
 * Its address. Below it: `/busy` answers every other request with 503 before it does anything, `/lost` does the work of every
 * other request and cuts the connection, `/limited` answers 429 once per second request, `/echo` refuses everything and repeats
 * the headers it was sent, `/html` answers with a page, `/down` cuts every connection.
 */
export async function startUpstashProxy(): Promise<string> {
  let redis: Promise<Redis> | null = null;
  let requests = 0;
  const server = createServer((request, response) => void serve(request, response).catch((error: unknown) => {
    response.writeHead(500).end(JSON.stringify({ error: String(error) }));
  }));
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-headers', 'authorization, content-type, upstash-encoding');
      return void response.writeHead(204).end();
    }
    const [mode = '', endpoint = ''] = /^\/(busy|lost|limited|echo|html|down)?\/?(.*)$/.exec(request.url ?? '')?.slice(1) ?? [];
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const odd = requests++ % 2 === 0;
    if (mode === 'busy' && odd) return answer(503, { error: 'busy' });
    if (mode === 'limited' && odd) return void response.setHeader('retry-after', '0.01').writeHead(429).end('{"error":"too many requests"}');
    if (mode === 'echo') return answer(400, { error: `ERR not with ${JSON.stringify(request.headers)}` });
    if (mode === 'html') return void response.end('<html>Log in to the network first</html>');
    if (mode === 'down') return void request.socket.destroy();
    if (request.method !== 'POST') return answer(405, { error: 'ERR method not allowed' });
    if (request.headers.authorization !== `Bearer ${UPSTASH_TOKEN}`) return answer(401, { error: 'Unauthorized' });
    redis ??= connect();
    const client = await redis;
    const encode = request.headers['upstash-encoding'] === 'base64' ? (value: unknown) => toBase64(value) : (value: unknown) => toText(value);
    const one = async ([name = '', ...args]: string[]): Promise<{ result: unknown } | { error: string }> => {
      try {
        return { result: encode(await client.callBuffer(name, ...args.map(String))) };
      } catch (error) {
        return { error: (error as Error).message };
      }
    };
    const parsed = JSON.parse(body) as string[] | string[][];
    let reply: unknown;
    let status = 200;
    if (endpoint === 'pipeline') {
      reply = [];
      for (const command of parsed as string[][]) (reply as unknown[]).push(await one(command));
    } else if (endpoint === 'multi-exec') {
      const chain = client.multi();
      for (const [name = '', ...args] of parsed as string[][]) chain.callBuffer(name, ...args.map(String));
      const replies = await chain.exec().catch((error: unknown) => error as Error);
      if (replies instanceof Error) [status, reply] = [400, { error: replies.message }];
      else reply = replies?.map(([error, result]) => (error === null ? { result: encode(result) } : { error: error.message }));
    } else {
      reply = await one(parsed as string[]);
      if ('error' in (reply as object)) status = 400;
    }
    if (mode === 'lost' && odd) return void request.socket.destroy();
    answer(status, reply);
  }
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function connect(): Promise<Redis> {
  const server = await startRedis(await mkdtemp(join(tmpdir(), 'upstash-')), '--appendonly', 'no');
  server.unref();
  const client = new Redis(server.port, '127.0.0.1');
  client.on('connect', () => client.stream.unref());
  return client;
}

// As the service does it: what is not UTF-8 is replaced; in base64 everything but 'OK'.
function toText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toText);
  return Buffer.isBuffer(value) ? value.toString('utf8') : value;
}

function toBase64(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toBase64);
  if (!Buffer.isBuffer(value)) return value;
  return value.equals(Buffer.from('OK')) ? 'OK' : value.toString('base64');
}
