// npm run test:types: the compile-only tests of test/types, and the ceilings on what typed code costs the compiler.
import { readdirSync, readFileSync } from 'node:fs';
import { ceilings } from '../test/types/ceilings.mjs';
import { countInstantiations } from '../test/types/instantiations.mjs';
import { check, finish } from './checks.mjs';
import { bin, root, runCommand } from './run-command.mjs';

const files = readdirSync(new URL('../test/types', import.meta.url)).filter((file) => file.endsWith('.ts'));
const sources = files.map((file) => readFileSync(new URL(`../test/types/${file}`, import.meta.url), 'utf8')).join('\n');
const assertions = sources.match(/Expect<Equal<|@ts-expect-error/g)?.length ?? 0;

await check(`${files.length} files of type tests, ${assertions} assertions`, async () => {
  if (assertions === 0) throw new Error('no assertion found');
  await runCommand(bin('tsc'), ['-p', 'test/types', '--pretty', 'false'], { cwd: root });
});

for (const { name, ceiling, imports, source } of ceilings) {
  await check(`instantiations of ${name}`, async () => {
    const count = await countInstantiations(source, imports);
    if (count > ceiling) throw new Error(`${count} instantiations, the ceiling is ${ceiling}`);
    return `${count} of ${ceiling}`;
  });
}

finish('types');
