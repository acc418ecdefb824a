// The delivery cases behind a real socket, for the portable suites: the vitest configs start it in their own process and
// hand its address to the runtime under test, which may have no sockets of its own.
import { readTransportCases } from './recordings.ts';
import { startReplayServer, type Replay, type ReplayServer } from './replay-server.ts';

/** Serves every case under its name, and the list of names, dialects and expectations as `/cases`. */
export async function startDeliveryServer(): Promise<ReplayServer> {
  const cases = readTransportCases();
  const list = cases.map(({ name, dialect, expect }) => ({ name, dialect, expect }));
  const replays = new Map<string, Replay>(cases.map(({ name, status, contentType, chunks, close }) => [
    name, { status, headers: { 'content-type': contentType }, chunks: chunks.map((chunk) => Buffer.from(chunk, 'base64')), close },
  ]));
  replays.set('cases', { status: 200, headers: { 'content-type': 'application/json' }, chunks: [Buffer.from(JSON.stringify(list))] });
  const server = await startReplayServer((id) => replays.get(id));
  server.unref();
  return server;
}
