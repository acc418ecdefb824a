import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = `
  import { readEnv } from '#platform';
  console.log(JSON.stringify([readEnv('GIVEN') ?? null, readEnv('WITHHELD') ?? null]));
`;

it('a variable that Deno does not permit counts as unset, and nobody is asked', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['eval', program], { env: { ...process.env, GIVEN: 'a', WITHHELD: 'b' } });
  // `deno eval` has every permission; `deno run` has those it is given.
  expect(JSON.parse(stdout)).toEqual(['a', 'b']);

  const url = `data:application/typescript,${encodeURIComponent(program.replace("'#platform'", `'${new URL('../../../src/platform/deno.ts', import.meta.url).href}'`))}`;
  const restricted = await promisify(execFile)(process.execPath, ['run', '--no-prompt', '--allow-env=GIVEN', url], { env: { ...process.env, GIVEN: 'a', WITHHELD: 'b' } });
  expect(JSON.parse(restricted.stdout)).toEqual(['a', null]);
});
