// How fast a browser has a large memory back from IndexedDB, next to the plain way of one record per vector: both databases in
// one profile on disk, turn by turn, each in a page that was loaded anew; the medians are compared.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright';
import { chromiumLaunch } from '../../scripts/chromium.mjs';
import { table } from '../page.mjs';

const GOAL = 4;
const ENTRIES = 50_000;
const QUICK_ENTRIES = 5_000;
// Turns of each; at least this many, so that a median means something.
const ROUNDS = 15;

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

export async function reload({ passes, quick }) {
  const count = quick ? QUICK_ENTRIES : ENTRIES;
  const times = await inChromium(count, Math.max(ROUNDS, passes));
  const [segments, records] = [median(times.segments), median(times.records)];
  const ratio = records / segments;
  const row = (name, list) => [name, `${(median(list) / segments).toFixed(2)} ×`, `${median(list).toFixed(0)} ms`, `${Math.min(...list).toFixed(0)}–${Math.max(...list).toFixed(0)} ms`];
  return {
    text: `**Reload** of ${count.toLocaleString('en-US')} vectors of 384 numbers, with text and metadata, from IndexedDB in Chromium; ${times.segments.length} turns each\n\n`
      + table(['layout', 'time', 'median', 'least and most'], [row('segments of 1,024, as here', times.segments), row('one record per vector', times.records)]),
    goals: [['reload from IndexedDB, times one record per vector', `≥ ${GOAL} ×`, `${ratio.toFixed(2)} ×`, ratio >= GOAL]],
  };
}

async function inChromium(count, rounds) {
  const { outputFiles: [program] } = await build({
    stdin: { contents: `import { createIndexedDbMemory } from 'blazen-ts/browser'; globalThis.createIndexedDbMemory = createIndexedDbMemory;`, resolveDir: import.meta.dirname },
    bundle: true, format: 'esm', conditions: ['browser'], write: false,
  });
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><script type="module">${program.text}</script>`);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const profile = await mkdtemp(join(tmpdir(), 'reload-'));
  const browser = await chromium.launchPersistentContext(profile, chromiumLaunch());
  const times = { segments: [], records: [] };
  try {
    const page = await browser.newPage();
    const visit = async (run, argument) => {
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForFunction('"createIndexedDbMemory" in globalThis');
      return page.evaluate(run, argument);
    };
    await visit(fill, count);
    for (let round = 0; round < rounds; round++) {
      for (const name of round % 2 === 0 ? ['segments', 'records'] : ['records', 'segments']) times[name].push(await visit(measure, [name, count]));
    }
    return times;
  } finally {
    await browser.close();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

// Runs in the page.
async function fill(count) {
  const entry = (i) => ({
    id: `note-${i}`, text: `Note ${i} says something about lamps, ropes and the price of whale oil.`, metadata: { part: i % 7 },
    vector: Float32Array.from({ length: 384 }, (_, k) => Math.sin(i * 7 + k)), embedder: 'scripted@/384', createdAt: i,
  });
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = request.oncomplete = () => resolve(request.result);
    request.onerror = request.onabort = () => reject(request.error);
  });
  const opening = indexedDB.open('records');
  opening.onupgradeneeded = () => opening.result.createObjectStore('entries', { keyPath: 'id' });
  const database = await settled(opening);
  const backend = globalThis.createIndexedDbMemory({ database: 'segments' });
  for (let from = 0; from < count; from += 1024) {
    const batch = Array.from({ length: Math.min(1024, count - from) }, (_, i) => entry(from + i));
    await backend.putMany(batch);
    const transaction = database.transaction('entries', 'readwrite');
    for (const one of batch) transaction.objectStore('entries').put(one);
    await settled(transaction);
  }
  await backend.close();
  database.close();
}

// Runs in the page: the milliseconds until all of it is there.
async function measure([name, count]) {
  const settled = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const reload = {
    async segments() {
      const opened = globalThis.createIndexedDbMemory({ database: 'segments' });
      const found = [];
      let cursor = null;
      do {
        const scanned = await opened.scan({ cursor });
        found.push(...scanned.items);
        ({ cursor } = scanned);
      } while (cursor !== null);
      await opened.close();
      return found;
    },
    async records() {
      const opened = await settled(indexedDB.open('records'));
      const found = await settled(opened.transaction('entries').objectStore('entries').getAll());
      opened.close();
      return found;
    },
  };
  const start = performance.now();
  const found = await reload[name]();
  const time = performance.now() - start;
  const sum = found.reduce((total, { vector }) => total + vector[5], 0);
  if (found.length !== count || Number.isNaN(sum)) throw new Error(`${name}: ${found.length} entries`);
  return time;
}
