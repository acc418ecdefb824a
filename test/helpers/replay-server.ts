import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer to serve: its chunks leave the socket one by one, each in its own turn. */
export interface Replay {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: readonly Uint8Array[];
  /** How the answer ends; 'destroy' cuts the connection, 'hang' leaves it open. Default end. */
  readonly close?: 'end' | 'destroy' | 'hang';
}

/** A request as it arrived. */
export interface Seen { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }

export interface ReplayServer {
  /** Base address of one answer; everything after it in the path is the client's. */
  address(id: string): string;
  /** The requests that came for an answer. */
  seen(id: string): readonly Seen[];
  close(): Promise<void>;
  /** Let the process end while the server runs. */
  unref(): void;
}

/** A server on 127.0.0.1 that serves each answer under its own first path segment; a function picks by attempt. */
export async function startReplayServer(find: (id: string, attempt: number) => Replay | undefined): Promise<ReplayServer> {
  const requests = new Map<string, Seen[]>();
  const server = createServer((request, response) => void serve(request, response));
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = '', ...rest] = (request.url ?? '').split('/');
    const key = decodeURIComponent(id);
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const seen = requests.get(key) ?? [];
    requests.set(key, seen);
    if (request.method !== 'OPTIONS') seen.push({ method: request.method ?? '', path: `/${rest.join('/')}`, headers: request.headers, body });
    const replay = find(key, seen.length);
    response.setHeader('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*');
      return void response.writeHead(204).end();
    }
    if (replay === undefined) return void response.writeHead(599).end(`no answer ${key}`);
    response.writeHead(replay.status, replay.headers);
    response.flushHeaders();
    for (const chunk of replay.chunks) {
      response.write(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // A browser drops what it has received and not yet handed to the page when a connection is reset: cut a little later.
    if (replay.close === 'destroy') setTimeout(() => response.destroy(), 100);
    else if (replay.close !== 'hang') response.end();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: (id) => `http://127.0.0.1:${port}/${encodeURIComponent(id)}`,
    seen: (id) => requests.get(id) ?? [],
    unref: () => void server.unref(),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
