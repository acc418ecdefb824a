// node bench/memory/run.mjs [--parts vectors,reload] [--passes 3] [--quick] [--check] [--write]
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { table, writeSection } from '../page.mjs';
import { reload } from './reload.mjs';
import { vectors } from './vectors.mjs';

/** Each gives a text and goals: name, what must hold, what was found, whether it holds. */
const parts = { vectors, reload };

const { values: options } = parseArgs({
  options: {
    parts: { type: 'string', default: Object.keys(parts).join() },
    passes: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const wanted = options.parts.split(',');
const passes = Number(options.passes);
for (const name of wanted) if (!(name in parts)) throw new Error(`No part is called ${name}: use ${Object.keys(parts).join(', ')}`);
if (options.write && (options.quick || wanted.length < Object.keys(parts).length)) throw new Error('--write needs all parts, and no --quick');

const texts = [];
const goals = [];
for (const name of wanted) {
  const part = await parts[name]({ passes, quick: options.quick });
  texts.push(part.text);
  goals.push(...part.goals);
}
process.stderr.write('\n');

const section = [
  '## Memory',
  `Written by \`npm run bench -- memory --write\` on Node ${process.version}, ${availableParallelism()} shared cores. Times of one run, to be compared with each other only.`,
  ...texts,
  '**Goals**',
  table(['goal', 'must', 'found', 'holds'], goals.map(([name, must, value, holds]) => [name, must, value, holds ? 'yes' : '**no**'])),
].join('\n\n');
console.log(section);
if (options.write) writeSection('memory', section);
if (options.check && goals.some(([, , , holds]) => !holds)) process.exitCode = 1;
