// The outside of the processes that are killed: it counts their effects and hears their reports.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Effect, Report } from './victim.ts';

export interface Outside {
  /** With a slash at the end. */
  readonly address: string;
  /** Every effect that a run ever had, in order. */
  effectsOf(runId: string): readonly Effect[];
  /** What is answered to GET, for tabs. */
  page: string;
  /** Called with each report. */
  onReport: (report: Report) => void;
  /** Called when a process has done what it must not do, such as end by itself. */
  onFailure: (reason: string) => void;
  close(): void;
}

/** A server on 127.0.0.1. */
export async function startOutside(): Promise<Outside> {
  const effects = new Map<string, Effect[]>();
  const add = (effect: Effect): void => {
    const list = effects.get(effect.runId);
    if (list === undefined) effects.set(effect.runId, [effect]);
    else list.push(effect);
  };
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html').end(outside.page);
      return;
    }
    void read(request).then((body) => {
      if (request.url === '/effect') add(JSON.parse(body) as Effect);
      else outside.onReport(JSON.parse(body) as Report);
      response.end();
    }, () => undefined);
  });
  // A connection that ends while somebody takes it up again would look like an outside that is gone.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const outside: Outside = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    effectsOf: (runId) => effects.get(runId) ?? [],
    page: '',
    onReport: () => undefined,
    onFailure: () => undefined,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return outside;
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
