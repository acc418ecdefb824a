// node examples/review-server/node.mjs [folder] [port]
import { createLocalHost } from 'blazen-ts/durable';
import { createFileCheckpointStore, serve } from 'blazen-ts/node';
import { createRunHandler } from 'blazen-ts/server';
import { review } from './review.mjs';

const [folder = 'reviews', port = '8080'] = process.argv.slice(2);
const host = createLocalHost({ store: createFileCheckpointStore(folder), workflows: [review], leaseMs: 3000 });

// Go on with what a killed process left behind: now, and when its lease has ended.
const recover = () => host.recover().catch((error) => console.error(error));
await recover();
setInterval(() => void recover(), 1000);

const server = await serve(createRunHandler({ host, workflows: [review], onError: console.error }), { port: Number(port) });
console.log(server.url);
