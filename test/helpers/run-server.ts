// A program that serves durable runs kept in a folder until it is killed: `run-server.ts <folder> <port>`, in Node (by
// `serve`) or Deno (by `Deno.serve`). Prints its address.
import { createLocalHost, Workflow } from '../../src/durable/index.ts';
import { createFileCheckpointStore, serve } from '../../src/platform/node/index.ts';
import { createRunHandler } from '../../src/server/index.ts';

const [folder, port] = process.argv.slice(2) as [string, string];

const count = new Workflow('count')
  .addStep('count', ['blazen::StartEvent'], async (event, context) => {
    for (let n = 1; n <= Number(event['to']); n++) {
      context.writeEventToStream({ type: 'Counted', n });
      await context.checkpoint();
    }
    return { type: 'blazen::InputRequestEvent', request_id: 'enough' };
  })
  .addStep('end', ['blazen::InputResponseEvent'], (event) => ({ type: 'blazen::StopEvent', result: event['response'] }));

const host = createLocalHost({ store: createFileCheckpointStore(folder), workflows: [count], leaseMs: 300 });
const handler = createRunHandler({ host, workflows: [count] });
await host.recover();
setInterval(() => void host.recover(), 100);

interface DenoServe { serve(options: object, handler: (request: Request) => Promise<Response>): unknown }
const { Deno } = globalThis as { Deno?: DenoServe };
const announce = (url: string): void => console.log(url);
if (Deno === undefined) announce((await serve(handler, { port: Number(port) })).url);
else Deno.serve({ port: Number(port), hostname: '127.0.0.1', onListen: (at: { port: number }) => announce(`http://127.0.0.1:${at.port}`) }, handler);
