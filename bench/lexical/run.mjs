// node bench/lexical/run.mjs [--passes 5] [--quick] [--check] [--write]: keyword search, document ingest and chunkers beside their peers,
// in one process that takes turns; the best of the passes counts.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { entry } from '../engine/entry.mjs';
import { table, writeSection } from '../page.mjs';
import { chunkers } from './chunkers.mjs';
import { files, paragraphs, queries } from './corpus.mjs';
import { engines, modes } from './engines.mjs';

const { values: options } = parseArgs({ options: { passes: { type: 'string', default: '5' }, quick: { type: 'boolean', default: false }, check: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } } });
if (options.write && options.quick) throw new Error('--write needs all passes, and no --quick');
// Quick: one pass, which says that all of it runs, and no more.
const passes = options.quick ? 1 : Number(options.passes);
const QUERIES = 300;
const { Memory } = await import(entry('./memory'));
const documents = files();
const texts = paragraphs(documents);
const asked = queries(texts, QUERIES);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

/** Milliseconds of each task: the best pass of each, the tasks in turn. */
async function race(tasks, times = passes) {
  const best = tasks.map(() => Infinity);
  for (let pass = 0; pass < times; pass++) {
    for (const [at, task] of tasks.entries()) {
      const started = performance.now();
      await task();
      best[at] = Math.min(best[at], performance.now() - started);
    }
    process.stderr.write('.');
  }
  return best;
}

const names = Object.keys(engines);
const built = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await engines[name].build(texts)])));
const builds = await race(names.map((name) => () => engines[name].build(texts)));

const rows = [];
for (const [mode, { spoil, options: told }] of Object.entries(modes)) {
  const words = asked.map(({ words: list }) => list.map(spoil).join(' '));
  const able = names.filter((name) => engines[name].options.includes(mode));
  const times = Object.fromEntries(able.map((name) => [name, words.map(() => Infinity)]));
  const ranks = Object.fromEntries(able.map((name) => [name, 0]));
  for (let pass = 0; pass < passes; pass++) {
    for (const [at, query] of words.entries()) {
      for (const name of able) {
        const started = performance.now();
        const ids = await engines[name].search(built[name], query, told);
        times[name][at] = Math.min(times[name][at], performance.now() - started);
        const place = ids.indexOf(asked[at].answer);
        if (pass === 0 && place >= 0) ranks[name] += 1 / (place + 1);
      }
    }
    process.stderr.write('.');
  }
  for (const name of able) rows.push({ mode, name, p50: median(times[name]), mrr: ranks[name] / QUERIES });
}
const row = (mode, name) => rows.find((found) => found.mode === mode && found.name === name);

// What an application stores: an id, a text, fields to filter by and to cite.
const entries = texts.map(({ id, text, file }, at) => ({ id, text, docId: file, start: at, end: at + text.length, metadata: { file, place: at, length: text.length, tags: ['docs'] } }));
const [ingest] = await race([async () => { await Memory.local().addMany(entries); }]);

const size = documents.reduce((sum, { source }) => sum + source.length, 0);
const cutters = Object.entries(chunkers);
// They take a second together, of which the first ones go into compiling.
const cuts = await race(cutters.map(([, cut]) => async () => { for (const { source } of documents) await cut(source); }), passes * 3);
const exact = [];
for (const [, cut] of cutters) {
  let [all, right, long] = [0, 0, 0];
  for (const { source } of documents) {
    for (const { text, start, end } of await cut(source)) {
      all++;
      if (text.length > 1000) long++;
      if (start !== undefined && source.slice(start, end) === text) right++;
    }
  }
  exact.push({ all, right, long });
}
process.stderr.write('\n');

const times = (ratio) => `${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`;
const speed = Object.fromEntries(names.map((name, at) => [name, texts.length / builds[at] * 1000]));
const langchain = Math.min(cuts.at(-1), cuts.at(-2));
const perSecond = texts.length / ingest * 1000;
const inexact = exact.slice(0, 4).reduce((sum, { all, right }) => sum + all - right, 0);
const lead = (mode) => row(mode, 'ours').mrr - row(mode, 'minisearch').mrr;
const faster = (mode) => row(mode, 'minisearch').p50 / row(mode, 'ours').p50;
const goals = [
  ...Object.keys(modes).map((mode) => [`MRR@10 over MiniSearch's, ${mode}`, '≥ −0.010', lead(mode).toFixed(3), lead(mode) >= -0.01]),
  ['ingest, times MiniSearch', '≥ 2 ×', times(speed.ours / speed.minisearch), speed.ours >= 2 * speed.minisearch],
  ['query, times MiniSearch', '≥ 10 ×', times(faster('exact')), faster('exact') >= 10],
  ...['prefix', 'fuzzy'].map((mode) => [`query, times MiniSearch, ${mode}`, '≥ 5 ×', times(faster(mode)), faster(mode) >= 5]),
  ['documents a second with BM25 and metadata', '≥ 15,000', Math.round(perSecond).toLocaleString('en-US'), perSecond >= 15_000],
  ['chunkDocument, times the faster one of LangChain', '≥ 1 ×', times(langchain / cuts[0]), langchain >= cuts[0]],
  ['passages whose place in the source is wrong', '0', String(inexact), inexact === 0],
];
const section = [
  '## Keyword search and ingestion',
  `Written by \`npm run bench -- lexical --write\` on Node ${process.version}, ${availableParallelism()} shared cores, best of ${passes} passes, in turns. ${texts.length.toLocaleString('en-US')} paragraphs`
  + ` of the documentation of npm packages at the versions of bench/package-lock.json; ${QUERIES} queries of four words of a paragraph, whole, cut at their ends (prefix) or with a letter missing (fuzzy).`
  + ' Each engine through its public API, with its defaults; times are ratios to blazen-ts.',
  table(['engine', 'query', 'MRR@10', 'time of a query, p50', 'time to build'], rows.map(({ mode, name, p50, mrr }) => [
    engines[name].label, mode, mrr.toFixed(3), times(p50 / row(mode, 'ours').p50), mode === 'exact' ? times(speed.ours / speed[name]) : '',
  ])),
  `**Chunkers**: ${documents.length} markdown files, ${(size / 1e6).toFixed(1)} MB, passages of at most 1,000 characters (chunkTokens: 256 tokens), 100 repeated`,
  table(['chunker', 'time', 'passages', 'with exact offsets', 'over 1,000'], cutters.map(([name], at) => [
    name, times(cuts[at] / cuts[0]), ...[exact[at].all, exact[at].right, exact[at].long].map((count) => count.toLocaleString('en-US')),
  ])),
  '**Goals**',
  table(['goal', 'must', 'found', 'holds'], goals.map(([name, must, value, holds]) => [name, must, value, holds ? 'yes' : '**no**'])),
].join('\n\n');
console.log(section);
if (options.write) writeSection('lexical', section);
if (options.check && goals.some(([, , , holds]) => !holds)) process.exitCode = 1;
