// After the tests: how many cases of the memory's backend suite each backend passed, from the reports of the parts `unit` and
// `deno`. A backend that is missing, or that left out cases it has the means for, is a failure: it was not tested.
import { readFileSync } from 'node:fs';
import { check, finish } from './checks.mjs';
import { memoryBackendSuite } from 'blazen-ts/testing';

/** Each backend, its tests' title, and how many hosts run them. */
const backends = /** @type {const} */ ([
  ['in memory', 'in-memory', 4], ['segments', 'segments', 4], ['custom, class or object', 'six methods', 4], ['custom, handlers with batches', 'handlers with batches', 4],
  ['Upstash REST', 'a memory over REST', 4], ['Redis (ioredis)', 'a memory in Redis, through ioredis', 1], ['Redis (node-redis)', 'a memory in Redis, through node-redis', 1],
  ['pgvector', 'a memory in Postgres with pgvector', 1], ['JSONL, Node', 'a memory in a JSONL file', 1], ['JSONL, Deno', 'a memory in a JSONL file under Deno', 1],
  ['IndexedDB', 'a memory in IndexedDB', 1], ['private file system', 'a memory in the private file system', 1], ['Workers KV', 'a memory in Workers KV', 1],
  ['Durable Object', 'a memory in the SQLite database of a Durable Object', 1],
]);

/** @type {string[]} */
const cases = [];
const never = () => Promise.reject(new Error('not run'));
memoryBackendSuite({ test: (name) => { cases.push(name); }, ok() {}, equal() {}, deepEqual() {} }, { create: never, reopen: never, damage: never });

/** @type {Map<string, number>} */
const passed = new Map();
for (const part of ['unit', 'deno']) {
  const { testResults } = JSON.parse(readFileSync(`.cache/test/${part}.json`, 'utf8'));
  for (const { assertionResults } of testResults) {
    for (const { title, ancestorTitles, status } of assertionResults) {
      const name = cases.find((one) => title === one || title.endsWith(`: ${one}`));
      if (name === undefined || status !== 'passed') continue;
      const backend = title === name ? ancestorTitles.at(-1) : title.slice(0, -name.length - 2);
      passed.set(String(backend), (passed.get(String(backend)) ?? 0) + 1);
    }
  }
}

let total = 0;
for (const [label, title, hosts] of backends) {
  await check(`${label} in ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`, () => {
    const count = passed.get(title) ?? 0;
    total += count;
    // Reopening and damage need a store that outlives its backend, and bytes that somebody can reach.
    const without = title === 'in-memory' ? 4 : title === 'six methods' || title === 'handlers with batches' ? 1 : 0;
    if (count !== (cases.length - without) * hosts) throw new Error(`${count} cases passed instead of ${cases.length - without} in each`);
    return `${cases.length - without} cases`;
  });
}
await check('no other backend', () => {
  // Single cases of other suites are called the same.
  const others = [...passed].filter(([, count]) => count > cases.length / 2).map(([name]) => name).filter((name) => !backends.some(([, title]) => title === name));
  if (others.length > 0) throw new Error(`Not in the list of scripts/backend-cases.mjs: ${others.join(', ')}`);
});
console.log(`${backends.length} backends, ${cases.length} cases, ${total} runs`);
finish('backends');
