// npm run size: bytes per entry and per sample program, from the packed tarball as a bundler sees it. Prints a table and
// fails above a ceiling of size-budgets.mjs, or when README.md quotes other sizes; with --write it corrects README.md.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { check, finish } from './checks.mjs';
import { sizeTable, staleSizes } from './docs/size-table.mjs';
import { entries } from './entries.mjs';
import { root, runCommand } from './run-command.mjs';
import { entryBudgets, programBudgets } from './size-budgets.mjs';

// Inside the repository, so that the tarball's own dependencies resolve to the installed ones.
mkdirSync(join(root, '.cache'), { recursive: true });
const folder = mkdtempSync(join(root, '.cache/size-'));
const installed = join(folder, 'node_modules/blazen-ts');

/** @type {Array<[name: string, minified: number, gzip: number, budget: number]>} */
const rows = [];

try {
  const [{ filename }] = JSON.parse(await runCommand('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root }));
  mkdirSync(installed, { recursive: true });
  await runCommand('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1']);

  for (const { subpath, hosts } of entries) {
    if (hosts !== undefined && !hosts.includes('browser')) continue;
    await check(`entry ${subpath}`, () => measure(subpath, `export * from 'blazen-ts${subpath.slice(1)}';`, entryBudgets[subpath], []));
  }
  for (const { name, source, budget, forbidden, loads } of programBudgets) {
    await check(`program: ${name}`, () => measure(name, source, budget, forbidden, loads));
  }
  await check('the sizes README.md quotes', quoted);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Text as bundled, minified and, for the largest of them, where the bytes come from. */
async function measure(/** @type {string} */ name, /** @type {string} */ source, /** @type {number | undefined} */ budget, /** @type {readonly RegExp[]} */ forbidden, /** @type {readonly string[]} */ loads = []) {
  if (budget === undefined) throw new Error('no budget in scripts/size-budgets.mjs');
  const input = join(folder, 'input.js');
  writeFileSync(input, source);
  const { outputFiles, metafile } = await build({
    entryPoints: [input], bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser', write: false,
    metafile: true, legalComments: 'none', logLevel: 'silent', outdir: folder, splitting: true,
    // Its paths lead from the name of the package to src/; what is measured is the tarball.
    tsconfigRaw: '{}',
    external: ['zod', '@mlc-ai/*', '@huggingface/*', '@transcribe/*', 'onnxruntime-web', 'pdfjs-dist/*', 'node:*', 'cloudflare:*'],
  });
  // Code behind a lazy import() is a chunk of its own and not part of what everybody loads.
  const main = outputFiles.filter((file) => isLoaded(metafile, file.path, ['input.js', ...loads]));
  const text = main.map((file) => file.text).join('\n');
  const gzip = gzipSync(text, { level: 9 }).length;
  rows.push([name, text.length, gzip, budget]);
  for (const word of forbidden) if (word.test(text)) throw new Error(`the bundle contains ${String(word)}`);
  if (gzip > budget) {
    const inputs = Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {})
      .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput).slice(0, 8)
      .map(([path, { bytesInOutput }]) => `${String(bytesInOutput).padStart(8)}  ${path.replace(/.*node_modules\//, '')}`);
    throw new Error(`${gzip} B gzip, the ceiling is ${budget} B. Largest modules, minified:\n${inputs.join('\n')}`);
  }
  return `${gzip} B gzip of ${budget}`;
}

function quoted() {
  const path = join(root, 'README.md');
  const readme = readFileSync(path, 'utf8');
  const sizes = new Map(rows.map(([name, , gzip]) => [name, gzip]));
  const stale = staleSizes(readme, sizes);
  if (stale.length > 0 && process.argv.includes('--write')) {
    writeFileSync(path, readme.replace(/(<!-- sizes -->\n)[^]*?(<!-- \/sizes -->)/, (_all, start, end) => `${start}${sizeTable(sizes)}\n${end}`));
    return;
  }
  if (stale.length > 0) throw new Error(`${stale.join('\n')}\nRun npm run docs`);
}

/** True for the chunks of these modules and every chunk they import statically. */
function isLoaded(/** @type {import('esbuild').Metafile} */ metafile, /** @type {string} */ path, /** @type {readonly string[]} */ modules) {
  const outputs = Object.entries(metafile.outputs);
  const seen = new Set(outputs.filter(([, output]) => modules.some((name) => output.entryPoint?.endsWith(name))).map(([file]) => file));
  for (const file of seen) {
    for (const { path: next, kind, external } of metafile.outputs[file]?.imports ?? []) if (!external && kind === 'import-statement') seen.add(next);
  }
  return [...seen].some((file) => path.endsWith(file.replace(/^(\.\.\/)+/, '')));
}

console.log('\n| bundle | minified | gzip | ceiling |\n|---|---|---|---|');
for (const [name, minified, gzip, budget] of rows) console.log(`| \`${name}\` | ${minified} | ${gzip} | ${budget} |`);
console.log('');
finish('size');
