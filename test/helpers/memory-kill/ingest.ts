// What the killed processes do, in every runtime: add the same entries again and again, each pass with new texts, and say
// what was acknowledged. After a restart they say what they find first, then repeat the call that was cut short.
import { Memory } from '../../../src/memory/index.ts';
import type { MemoryBackendSpec } from '../../../src/spec/memory.ts';

/** Entries of a pass. */
export const ENTRIES = 300;
const DIMENSIONS = 16;

const textOf = (i: number, pass: number): string => `entry ${i} of pass ${pass} ${'about nothing much '.repeat(1 + (i % 7))}`;

function vectorOf(text: string): Float32Array {
  let state = 7;
  for (const unit of text) state = (Math.imul(state, 31) + (unit.codePointAt(0) as number)) >>> 0;
  return Float32Array.from({ length: DIMENSIONS }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1);
}

/**
 * Adds until it is killed. Reports `found <writes>`, then `ack <writes>` after each batch, and `! <what>` when something is
 * wrong; writes are counted over all passes.
 */
export async function ingest(backend: MemoryBackendSpec, batchSize: number, report: (line: string) => void): Promise<void> {
  let embedded = 0;
  const memory = new Memory({
    modelId: 'scripted', dimensions: DIMENSIONS,
    doEmbed: (texts) => {
      embedded += texts.length;
      return Promise.resolve(texts.map(vectorOf));
    },
  }, backend);
  const found = await inspect(memory, report);
  report(`found ${found}`);
  for (let pass = Math.floor(found / ENTRIES), before = found % ENTRIES; ; pass++, before = 0) {
    embedded = 0;
    const stored = await memory.addMany(
      Array.from({ length: ENTRIES }, (_, i) => ({ id: `e${i}`, text: textOf(i, pass), metadata: { pass } })),
      { batchSize, onProgress: ({ done }) => { if (done > before) report(`ack ${pass * ENTRIES + done}`); } },
    );
    if (stored !== ENTRIES - before || embedded !== stored) report(`! pass ${pass} stored ${stored} and embedded ${embedded}, with ${before} there before`);
  }
}

/** Writes that took effect. The entries must be those of some moment: the first ones of a pass, the rest of the one before. */
async function inspect(memory: Memory, report: (line: string) => void): Promise<number> {
  const entries = await Promise.all(Array.from({ length: ENTRIES }, (_, i) => memory.get(`e${i}`)));
  const passes = entries.map((entry) => (entry === null ? -1 : entry.metadata?.['pass'] as number));
  const writes = passes.reduce((total, pass) => total + pass + 1, 0);
  for (const [i, pass] of passes.entries()) {
    const expected = Math.floor((writes - 1 - i) / ENTRIES);
    if (pass !== expected) report(`! after ${writes} writes entry ${i} is of pass ${pass}, not ${expected}`);
    if (pass >= 0 && entries[i]?.text !== textOf(i, pass)) report(`! entry ${i} has another text`);
  }
  if (await memory.count() !== Math.min(writes, ENTRIES)) report(`! ${await memory.count()} entries after ${writes} writes`);
  if (writes > 0) {
    const last = (writes - 1) % ENTRIES;
    const [hit] = await memory.search(textOf(last, Math.floor((writes - 1) / ENTRIES)), { mode: 'semantic', limit: 1 });
    if (hit?.id !== `e${last}`) report(`! the search for entry ${last} found ${hit?.id}`);
  }
  return writes;
}
