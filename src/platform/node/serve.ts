import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

/** Options of a server; all optional. */
export interface ServeOptions {
  /** Default 8080; 0 for any that is free. */
  readonly port?: number;
  /** Where to listen. Default '127.0.0.1': this machine alone. */
  readonly hostname?: string;
}

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, such as 'http://127.0.0.1:8080'. */
  readonly url: string;
  /** Stop listening and end the connections that are open. */
  close(): Promise<void>;
}

/**
 * Let Node serve a handler of the fetch standard. A client that leaves aborts the request's signal and cancels the
 * response's body; a slow one is not sent more than it takes.
 *
 * @example
 * const server = await serve(() => new Response('Hello'), { port: 0 });
 * console.log(await (await fetch(server.url)).text());
 * await server.close();
 *
 * @throws what Node says when it cannot listen, such as EADDRINUSE.
 */
export async function serve(handler: (request: Request) => Response | Promise<Response>, { port = 8080, hostname = '127.0.0.1' }: ServeOptions = {}): Promise<RunningServer> {
  const server = createServer((incoming, outgoing) => void answer(handler, incoming, outgoing));
  server.listen(port, hostname);
  await once(server, 'listening');
  const { address, family, port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(handler: (request: Request) => Response | Promise<Response>, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const left = new AbortController();
  outgoing.once('close', () => { if (!outgoing.writableFinished) left.abort(); });
  try {
    const request = toRequest(incoming, left.signal);
    if (request === null) outgoing.writeHead(400).end();
    else await send(await handler(request), outgoing);
  } catch {
    // The handler failed: it knows why, the client need not.
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(500).end();
  }
}

/** Null for what the standard has no request for: another target than a path, or a method like CONNECT. */
function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request | null {
  const { method = 'GET', url = '', headers: { host = 'localhost' } } = incoming;
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.append(incoming.rawHeaders[i] as string, incoming.rawHeaders[i + 1] as string);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  try {
    if (!url.startsWith('/')) return null;
    return new Request(new URL(`http://${host}${url}`), { method, headers, signal, ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }) });
  } catch {
    return null;
  }
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== 'set-cookie') outgoing.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
  // At once, though the first byte of the body may be long in coming.
  outgoing.flushHeaders();
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body as NodeReadableStream), outgoing);
}
