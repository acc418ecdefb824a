import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { build } from 'vite';

// Used by: a web app that installs the package and bundles it with vite. The package is imported by name, so what runs
// in the page is dist/browser behind the exports map.
test('a page bundled with vite runs a workflow over a memory with the browser build of the package', async ({ page }) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'index.html'), '<!doctype html><p id="out"></p><script type="module" src="./main.ts"></script>');
  await writeFile(join(folder.path, 'main.ts'), `
    import { isBlazenError, ValidationError } from 'blazen-ts';
    import { defineEvent, StartEvent, stop } from 'blazen-ts/events';
    import { Memory } from 'blazen-ts/memory';
    import { defineWorkflow } from 'blazen-ts/workflow';
    const Found = defineEvent('Found');
    const memory = new Memory();
    await memory.add('otter', 'The otter sleeps on its back.');
    await memory.add('lynx', 'The lynx is shy.');
    const ask = defineWorkflow('ask')
      .step('search', [StartEvent], async (event) => Found({ hits: await memory.search(event.question, 1) }))
      .step('answer', [Found], (event) => stop(event.hits[0].text));
    const { data } = await ask.run({ question: 'How does the otter sleep?' });
    const error = await ask.run('no object').catch((thrown) => thrown);
    document.querySelector('#out')!.textContent = [data, isBlazenError(error), error instanceof ValidationError, error.name].join(' ');
  `);
  await build({
    root: folder.path, logLevel: 'error', configFile: false, base: '/',
    build: { outDir: join(folder.path, 'out'), minify: true, modulePreload: { polyfill: false } },
  });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.route('https://app.test/**', async (route) => {
    const path = new URL(route.request().url()).pathname;
    const body = await readFile(join(folder.path, 'out', path === '/' ? 'index.html' : path));
    await route.fulfill({ body, contentType: path === '/' ? 'text/html' : 'text/javascript' });
  });

  await page.goto('https://app.test/');
  await expect(page.locator('#out')).toHaveText('The otter sleeps on its back. true true ValidationError');
  expect(problems).toEqual([]);
});

/** Inside the repository, so that the package's own name resolves to it. */
async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  await mkdir('.cache', { recursive: true });
  const path = await mkdtemp('.cache/bundler-');
  return { path: join(process.cwd(), path), [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
