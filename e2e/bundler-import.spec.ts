import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { build } from 'vite';

// Used by: a web app that installs the package and bundles it with vite. The package is imported by name, so what runs
// in the page is dist/browser behind the exports map.
test('a page bundled with vite runs the browser build of the package', async ({ page }) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'index.html'), '<!doctype html><p id="out"></p><script type="module" src="./main.ts"></script>');
  await writeFile(join(folder.path, 'main.ts'), `
    import { isBlazenError, ValidationError } from 'blazen-ts';
    import { defineEvent } from 'blazen-ts/events';
    const Ping = defineEvent('Ping');
    const error = new ValidationError('bad');
    document.querySelector('#out')!.textContent = [Ping().type, isBlazenError(error), error.name].join(' ');
  `);
  await build({
    root: folder.path, logLevel: 'error', configFile: false, base: '/',
    build: { outDir: join(folder.path, 'out'), minify: true, modulePreload: { polyfill: false } },
  });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.route('http://app.test/**', async (route) => {
    const path = new URL(route.request().url()).pathname;
    const body = await readFile(join(folder.path, 'out', path === '/' ? 'index.html' : path));
    await route.fulfill({ body, contentType: path === '/' ? 'text/html' : 'text/javascript' });
  });

  await page.goto('http://app.test/');
  await expect(page.locator('#out')).toHaveText('Ping true ValidationError');
  expect(problems).toEqual([]);
});

/** Inside the repository, so that the package's own name resolves to it. */
async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  await mkdir('.cache', { recursive: true });
  const path = await mkdtemp('.cache/bundler-');
  return { path: join(process.cwd(), path), [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
