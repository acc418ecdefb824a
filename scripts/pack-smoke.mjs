// Packs the package, installs the tarball in an empty project and uses it there as a stranger would: every entry loaded
// in Node, Deno, Bun and workerd, a two-step workflow run in each, types checked the two ways people resolve them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { check, finish } from './checks.mjs';
import { entries } from './entries.mjs';
import { bin, root, runCommand } from './run-command.mjs';
import { bundledModules, compatibilityDate, workerd } from './workerd.mjs';

const name = 'blazen-ts';
const folder = mkdtempSync(join(tmpdir(), 'pack-smoke-'));
const write = (/** @type {string} */ file, /** @type {string} */ text) => writeFileSync(join(folder, file), text);
const here = { cwd: folder };
const specifier = (/** @type {string} */ subpath) => name + subpath.slice(1);

/**
 * Imports every entry the host can load, takes each export in hand, runs a workflow of two steps and searches a memory
 * large enough for the scan kernels, which workerd has to find as files.
 */
function program(/** @type {'node' | 'deno' | 'workerd' | 'bun' | null} */ host) {
  const loaded = entries.filter(({ hosts }) => host === null || hosts === undefined || hosts.includes(host));
  return `
${loaded.map(({ subpath }, index) => `import * as e${index} from '${specifier(subpath)}';`).join('\n')}
import { Memory } from '${name}/memory';
import { Workflow } from '${name}/workflow';

const empty = Object.entries({ ${loaded.map(({ subpath }, index) => `'${subpath}': e${index}`).join(', ')} })
  .filter(([, entry]) => Object.keys(entry).length === 0).map(([subpath]) => subpath);
if (empty.length > 0) throw new Error('no exports: ' + empty.join(', '));

export async function main() {
  const workflow = new Workflow('smoke')
    .addStep('split', ['blazen::StartEvent'], (event) => ({ type: 'Words', words: String(event['text']).split(' ') }))
    .addStep('count', ['Words'], (event) => ({ type: 'blazen::StopEvent', result: (event['words'] as unknown[]).length }));
  const { data } = await workflow.run({ text: 'the same workflow everywhere' });
  const memory = new Memory();
  await memory.addMany(Array.from({ length: 2500 }, (_, i) => ({ id: 'n' + i, text: 'note number ' + i })));
  const [hit] = await memory.search('number 1234', { limit: 1, mode: 'semantic' });
  return '${loaded.length} entries, result ' + String(data) + ', found ' + String(hit?.id);
}
`;
}

const expected = (/** @type {Parameters<typeof program>[0]} */ host) =>
  `${entries.filter(({ hosts }) => host === null || hosts === undefined || hosts.includes(host)).length} entries, result 4, found n1234`;

function same(/** @type {string} */ actual, /** @type {string} */ wanted) {
  if (actual.trim() !== wanted) throw new Error(`printed ${JSON.stringify(actual.trim())} instead of ${JSON.stringify(wanted)}`);
  return wanted;
}

/** Node and Bun get the program with its types removed: Node 20 runs no TypeScript. */
const untyped = (/** @type {string} */ text) => text.replaceAll(' as unknown[]', '');
const print = '\nconsole.log(await main());\n';

try {
  let tarball = '';
  const packed = await check('npm pack', async () => {
    const [{ filename, files, size }] = JSON.parse(await runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root }));
    tarball = join(folder, filename);
    const stray = files.map((/** @type {{ path: string }} */ file) => file.path)
      // A helper of the bundler (`_virtual/`) in the output means that it rewrote our code for a page; only the one that
      // makes a namespace object (`import * as classes`, used as a value) is welcome.
      .filter((/** @type {string} */ path) => /\/_virtual\/(?!_rolldown\/runtime\.js$)/.test(path) || !/^(dist|docs)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path));
    if (stray.length > 0) throw new Error(`files that do not belong in the package: ${stray.join(', ')}`);
    return `${files.length} files, ${Math.round(size / 1024)} KiB`;
  });
  write('package.json', '{ "type": "module", "private": true }');
  const installed = packed && await check('npm install of the tarball in an empty project', async () => {
    await runCommand('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], here);
    const tree = JSON.parse(await readFile(join(folder, 'node_modules/.package-lock.json'), 'utf8'));
    return Object.keys(tree.packages).map((path) => path.replace('node_modules/', '')).join(', ');
  });

  if (installed) {
    await check('publint --strict', async () => void await runCommand(bin('publint'), ['run', tarball, '--strict'], { cwd: root }));
    await check('attw --profile esm-only', async () => void await runCommand(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-definitely-typed'], { cwd: root }));

    write('all.ts', program(null) + print);
    for (const [module, resolution] of [['nodenext', 'nodenext'], ['preserve', 'bundler']]) {
      await check(`types under ${resolution}, strict, no ambient types, library files checked`, async () => void await runCommand(bin('tsc'), [
        '--ignoreConfig', '--noEmit', '--pretty', 'false', '--strict', '--module', /** @type {string} */ (module),
        '--moduleResolution', /** @type {string} */ (resolution), '--target', 'es2022', '--lib', 'es2023,dom,dom.iterable,dom.asynciterable',
        '--types', '', 'all.ts',
      ], here));
    }

    write('node.mjs', untyped(program('node')) + print);
    await check('Node', async () => same(await runCommand(process.execPath, ['node.mjs'], here), expected('node')));
    write('bun.mjs', untyped(program('bun')) + print);
    await check('Bun', async () => same(await runCommand(bin('bun'), ['bun.mjs'], here), expected('bun')));
    write('deno.ts', program('deno') + print);
    await check('deno check', async () => void await runCommand(bin('deno'), ['check', 'deno.ts'], here));
    await check('Deno without any permission', async () =>
      same(await runCommand(bin('deno'), ['run', '--no-prompt', 'deno.ts'], here), expected('deno')));

    write('worker.ts', `${program('workerd')}\nexport default { fetch: async () => new Response(await main()) };\n`);
    await check('workerd, bundled by wrangler', async () => {
      const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' };
      await runCommand(bin('wrangler'), [
        'deploy', '--dry-run', 'worker.ts', '--name', 'smoke', '--compatibility-date', compatibilityDate, '--outdir', 'out',
      ], { ...here, env });
      const miniflare = new Miniflare({ ...workerd, modules: bundledModules(join(folder, 'out')) });
      try {
        const response = await miniflare.dispatchFetch('http://smoke.test/');
        return same(await response.text(), expected('workerd'));
      } finally {
        await miniflare.dispose();
      }
    });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
finish('pack');
