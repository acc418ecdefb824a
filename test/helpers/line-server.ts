import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Keeps what is posted to it, in order: what a process acknowledged before it was killed. */
export interface LineServer {
  /** Its address, with a slash at the end. */
  readonly address: string;
  readonly lines: string[];
  close(): void;
}

/** A server on 127.0.0.1 that keeps each posted body as a line; `page` is what it answers to GET. */
export async function startLineServer(page: string = ''): Promise<LineServer> {
  const lines: string[] = [];
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html');
      response.end(page);
      return;
    }
    let line = '';
    request.on('data', (chunk: Buffer) => { line += chunk.toString(); });
    request.on('end', () => {
      lines.push(line);
      response.end();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    lines,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
