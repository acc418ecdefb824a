import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of this machine. */
export interface Listening {
  /** Such as `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** Ends it and what it is answering. */
  close(): void;
}

/** Serves on a free port of 127.0.0.1. */
export async function listen(handler: Handler): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
