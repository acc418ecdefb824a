// deno run --allow-read --allow-write --allow-net examples/review-server/deno.ts [folder] [port]
import { createFileCheckpointStore } from 'blazen-ts/deno';
import { createLocalHost } from 'blazen-ts/durable';
import { createRunHandler } from 'blazen-ts/server';
import { review } from './review.mjs';

const [folder = 'reviews', port = '8080'] = Deno.args;
const host = createLocalHost({ store: createFileCheckpointStore(folder), workflows: [review], leaseMs: 3000 });

// Go on with what a killed process left behind: now, and when its lease has ended.
const recover = () => host.recover().catch((error) => console.error(error));
await recover();
setInterval(() => void recover(), 1000);

Deno.serve(
  { port: Number(port), hostname: '127.0.0.1', onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`) },
  createRunHandler({ host, workflows: [review], onError: console.error }),
);
