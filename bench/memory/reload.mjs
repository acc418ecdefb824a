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
const ROUNDS = 21;
// How often the line of text of an entry repeats. The goal is about vectors: how much text comes with them is anybody's guess.
const TEXTS = [['a line of text', 1], ['a passage of 290 characters', 4]];

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

export async function reload({ passes, quick }) {
  const count = quick ? QUICK_ENTRIES : ENTRIES;
  const rows = [];
  const ratios = [];
  for (const [name, lines] of TEXTS) {
    const times = await inChromium(count, lines, Math.max(ROUNDS, passes));
    const ours = median(times.segments);
    ratios.push(median(times.records) / ours);
    const row = (layout, list) => [`${layout}, ${name}`, `${(median(list) / ours).toFixed(2)} ×`, `${median(list).toFixed(0)} ms`, `${Math.min(...list).toFixed(0)}–${Math.max(...list).toFixed(0)} ms`];
    rows.push(row('segments of 1,024, as here', times.segments), row('one record per vector', times.records));
  }
  return {
    text: `**Reload** of ${count.toLocaleString('en-US')} vectors of 384 numbers, with text and metadata, from IndexedDB in Chromium; ${Math.max(ROUNDS, passes)} turns each\n\n`
      + table(['layout', 'time', 'median', 'least and most'], rows),
    goals: [['reload from IndexedDB, times one record per vector', `≥ ${GOAL} ×`, `${ratios[0].toFixed(2)} ×`, ratios[0] >= GOAL]],
  };
}

async function inChromium(count, lines, rounds) {
  const { outputFiles: [program] } = await build({
    stdin: { contents: `import { createIndexedDbMemory } from 'blazen-ts/browser'; Object.assign(globalThis, { createIndexedDbMemory, settled: ${String(settled)} });`, resolveDir: import.meta.dirname },
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
    await visit(fill, [count, lines]);
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

// Is in the page: a request or transaction as a promise.
function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = request.oncomplete = () => resolve(request.result);
    request.onerror = request.onabort = () => reject(request.error);
  });
}

// Runs in the page.
async function fill([count, lines]) {
  const entry = (i) => ({
    id: `note-${i}`, text: `Note ${i} says something about lamps, ropes and the price of whale oil. `.repeat(lines), metadata: { part: i % 7 },
    vector: Float32Array.from({ length: 384 }, (_, k) => Math.sin(i * 7 + k)), embedder: 'scripted@/384', createdAt: i,
  });
  const opening = indexedDB.open('records');
  opening.onupgradeneeded = () => opening.result.createObjectStore('entries', { keyPath: 'id' });
  const database = await globalThis.settled(opening);
  const backend = globalThis.createIndexedDbMemory({ database: 'segments' });
  for (let from = 0; from < count; from += 1024) {
    const batch = Array.from({ length: Math.min(1024, count - from) }, (_, i) => entry(from + i));
    await backend.putMany(batch);
    const transaction = database.transaction('entries', 'readwrite');
    for (const one of batch) transaction.objectStore('entries').put(one);
    await globalThis.settled(transaction);
  }
  await backend.close();
  database.close();
}

// Runs in the page: the milliseconds until all of it is there.
async function measure([name, count]) {
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
      const opened = await globalThis.settled(indexedDB.open('records'));
      const found = await globalThis.settled(opened.transaction('entries').objectStore('entries').getAll());
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
