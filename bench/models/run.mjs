// node bench/models/run.mjs [--passes 3] [--check] [--write]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { table, writeSection } from '../page.mjs';
import { sizes } from './sizes.mjs';

const { values: options } = parseArgs({ options: { passes: { type: 'string', default: '3' }, check: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } } });
const passes = Number(options.passes);
const here = new URL('.', import.meta.url);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

const EVENTS = 20_000;
const ARGUMENTS = 172_000;
const labels = { ours: 'blazen-ts', openai: 'openai 6.30.1', ai: 'ai 6.0.326' };

const server = spawn(process.execPath, [fileURLToPath(new URL('server.mjs', here))], { stdio: ['ignore', 'pipe', 'inherit'] });
const [address] = await once(server.stdout, 'data');
const base = String(address).trim();

async function measure(client, scenario, path) {
  const task = JSON.stringify({ client, scenario, base: `${base}/${path}` });
  const child = spawn(process.execPath, [fileURLToPath(new URL('measure.mjs', here)), task], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (data) => { out += data; });
  await once(child, 'close');
  process.stderr.write('.');
  return JSON.parse(out);
}

/** Each client's time over the mean of the floors just before and after it; every answer is the floor's. */
async function ratios(clients, scenario, path) {
  const found = Object.fromEntries(clients.map((client) => [client, []]));
  for (let pass = 0; pass < passes; pass++) {
    let before = await measure('floor', scenario, path);
    for (const client of clients) {
      const row = await measure(client, scenario, path);
      const after = await measure('floor', scenario, path);
      if (row.answer !== before.answer) throw new Error(`${client} read ${row.answer} of ${before.answer} in ${scenario}`);
      found[client].push({ ratio: row.ms / ((before.ms + after.ms) / 2), ms: row.ms });
      before = after;
    }
  }
  return Object.fromEntries(clients.map((client) => [client, { ratio: median(found[client].map(({ ratio }) => ratio)), ms: median(found[client].map(({ ms }) => ms)) }]));
}

const text = await ratios(Object.keys(labels), 'text', `text/${EVENTS}`);
const args = await ratios(['ours'], 'toolArguments', `arguments/${ARGUMENTS}`);
const growth = (await measure('ours', 'toolArguments', `arguments/${ARGUMENTS * 4}`)).ms / args.ours.ms;
const bytes = await sizes();
process.stderr.write('\n');
server.kill();

const times = (ratio) => `${ratio.toFixed(2)} ×`;
const goals = [
  ['a streamed event, times fetch + split + JSON.parse', '≤ 1.80 ×', times(text.ours.ratio), text.ours.ratio <= 1.8],
  ['172 KB of arguments, times @streamparser/json', '≤ 2.00 ×', times(args.ours.ratio), args.ours.ratio <= 2],
  ['four times the arguments, times the time', '≤ 5.00 ×', times(growth), growth <= 5],
];
const section = [
  '## Models',
  `Written by \`npm run bench -- models --write\` on Node ${process.version}, ${availableParallelism()} shared cores, ${passes} passes. Ratios of one run.`,
  `**stream**: ${EVENTS.toLocaleString('en-US')} deltas of a chat completion from a server on the same machine, over \`fetch\`, splitting into lines and \`JSON.parse\``,
  table(['client', 'times the floor'], Object.entries(labels).map(([client, label]) => [label, times(text[client].ratio)])),
  '**arguments**: 172 KB of tool arguments in pieces of 12 characters, the partial value read after each, over the same with `@streamparser/json`',
  table(['client', 'times the floor'], [['blazen-ts', times(args.ours.ratio)]]),
  '**size**: a program that streams one answer, minified and gzipped for a browser',
  table(['program', 'minified', 'gzip'], bytes.map(({ name, minified, gzip }) => [name, minified.toLocaleString('en-US'), gzip.toLocaleString('en-US')])),
  '**Goals**',
  table(['goal', 'must', 'found', 'holds'], goals.map(([name, must, value, holds]) => [name, must, value, holds ? 'yes' : '**no**'])),
].join('\n\n');
console.log(section);
if (options.write) writeSection('models', section);
if (options.check && goals.some(([, , , holds]) => !holds)) process.exitCode = 1;
