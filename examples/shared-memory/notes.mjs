// Notes that every process of a team shares: `node notes.mjs add <id> <text>` and `node notes.mjs find <question>`.
// REDIS_URL names the server; UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN do instead, where only HTTP is open.
import { Memory } from 'blazen-ts/memory';
import { createRedisMemory } from 'blazen-ts/stores/redis';

const { REDIS_URL = 'redis://127.0.0.1:6379', UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = process.env;
const [command, ...words] = process.argv.slice(2);

async function connect() {
  if (url !== undefined && token !== undefined) {
    const { upstash } = await import('blazen-ts/stores/upstash');
    return { client: upstash({ url, token }), close: () => {} };
  }
  const { Redis } = await import('ioredis');
  const client = new Redis(REDIS_URL, { maxRetriesPerRequest: 1 });
  return { client, close: () => client.disconnect() };
}

const { client, close } = await connect();
try {
  const memory = new Memory(undefined, createRedisMemory(client, { prefix: '{team-notes}:' }));
  if (command === 'add') {
    const [id = '', ...text] = words;
    await memory.add(id, text.join(' '));
    console.log(`${await memory.count()} notes`);
  } else if (command === 'find') {
    for (const { id, text, score } of await memory.search(words.join(' '), 3)) console.log(`${score.toFixed(2)} ${id}: ${text}`);
  } else {
    console.error('Usage: node notes.mjs add <id> <text> | find <question>');
    process.exitCode = 2;
  }
} finally {
  close();
}
