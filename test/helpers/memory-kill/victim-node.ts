// `node <bundle> <file> <batch size>`: adds to a memory in a file until it is killed.
import { JsonlBackend } from '../../../src/platform/node/index.ts';
import { ingest } from './ingest.ts';

const [path = '', batchSize = ''] = process.argv.slice(2);
await ingest(await JsonlBackend.create(path), Number(batchSize), (line) => { process.stdout.write(`${line}\n`); });
