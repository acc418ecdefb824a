// Runs a snippet in each host and gives what it printed.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, transform } from 'esbuild';
import { Miniflare } from 'miniflare';
import { chromium } from 'playwright';
import { chromiumLaunch } from '../chromium.mjs';
import { bin, runCommand } from '../run-command.mjs';
import { workerd } from '../workerd.mjs';

/** Keeps what the code prints: texts as they are, values as JSON. */
const capture = `
  const printed = [];
  console.log = (...values) => void printed.push(values.map((value) => typeof value === 'string' ? value : JSON.stringify(value)).join(' '));
`;

/** In Node as it is: the types removed, the package found by its own name. */
export async function inNode(/** @type {string} */ file, /** @type {string} */ code) {
  const program = file.replace(/\.[jt]s$/, '.mjs');
  writeFileSync(program, (await transform(code, { loader: 'ts', format: 'esm', target: 'es2022' })).code);
  return runCommand(process.execPath, [program], { timeout: 30_000 });
}

/** In Deno without any permission, workerd and Chromium, bundled with each host's condition. @type {Readonly<Record<string, (file: string) => Promise<string>>>} */
export const otherHosts = {
  async Deno(file) {
    const program = file.replace(/\.[jt]s$/, '.deno.mjs');
    writeFileSync(program, await bundled(file, 'deno'));
    return runCommand(bin('deno'), ['run', '--no-prompt', '--no-config', program], { timeout: 30_000 });
  },
  async workerd(file) {
    const entry = file.replace(/\.[jt]s$/, '.worker.mjs');
    writeFileSync(entry, `${capture}export default { async fetch() { await import(${JSON.stringify(file)}); return new Response(printed.join('\\n')); } };`);
    const [main, ...files] = await outputs(entry, 'workerd');
    const miniflare = new Miniflare({
      ...workerd, modulesRoot: dirname(main.path),
      modules: [{ type: 'ESModule', path: main.path, contents: main.text }, ...files.map(({ path, contents }) => ({ type: /** @type {const} */ ('CompiledWasm'), path, contents }))],
    });
    try {
      const response = await miniflare.dispatchFetch('http://snippet.test/');
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return text;
    } finally {
      await miniflare.dispose();
    }
  },
  async Chromium(file) {
    const browser = await chromium.launch(chromiumLaunch());
    try {
      const page = await browser.newPage();
      /** @type {Promise<never>} */
      const failed = new Promise((_resolve, reject) => { page.on('pageerror', reject); });
      failed.catch(() => {});
      // A secure context, as a page of a web app is: elsewhere a browser has no crypto.subtle.
      await page.route('https://snippet.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
      await page.goto('https://snippet.test/');
      const entry = file.replace(/\.[jt]s$/, '.page.mjs');
      writeFileSync(entry, `${capture}await import(${JSON.stringify(file)}); globalThis.printed = printed.join('\\n');`);
      await page.addScriptTag({ type: 'module', content: await bundled(entry, 'browser') });
      await Promise.race([failed, page.waitForFunction('"printed" in globalThis', undefined, { timeout: 30_000 })]);
      return String(await page.evaluate('printed'));
    } finally {
      await browser.close();
    }
  },
};

async function bundled(/** @type {string} */ entry, /** @type {string} */ condition) {
  return (await outputs(entry, condition))[0].text;
}

/** The program, and behind it the `.wasm` files that it imports. */
async function outputs(/** @type {string} */ entry, /** @type {string} */ condition) {
  const { outputFiles } = await build({
    entryPoints: [entry], bundle: true, format: 'esm', target: 'es2022', platform: 'neutral', write: false, logLevel: 'silent',
    conditions: [condition, 'import', 'module'], mainFields: ['module', 'main'], external: condition === 'deno' ? ['node:*'] : [], outdir: join(entry, '..'),
    loader: { '.wasm': 'copy' },
  });
  outputFiles.sort((a, b) => Number(a.path.endsWith('.wasm')) - Number(b.path.endsWith('.wasm')));
  return /** @type {[import('esbuild').OutputFile, ...import('esbuild').OutputFile[]]} */ (outputFiles);
}
