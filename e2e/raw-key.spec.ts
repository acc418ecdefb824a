import { build } from 'esbuild';
import { expect, test, type Page } from '@playwright/test';

/** A page that asks a model twice with a key in it, served from this host name. */
async function warningsOn(page: Page, host: string): Promise<string[]> {
  const { outputFiles: [bundle] } = await build({
    bundle: true, write: false, format: 'esm', conditions: ['browser'], absWorkingDir: process.cwd(),
    stdin: {
      resolveDir: process.cwd(), contents: `
        import { openai } from 'blazen-ts/providers/openai';
        const model = openai({ apiKey: 'sk-secret', fetch: async () => new Response('{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}', { headers: { 'content-type': 'application/json' } }) });
        for (let i = 0; i < 2; i++) await model.complete([{ content: 'x' }]).catch(() => undefined);
        document.title = 'done';
      `,
    },
  });
  const warnings: string[] = [];
  page.on('console', (message) => { if (message.type() === 'warning') warnings.push(message.text()); });
  await page.route(`http://${host}/**`, (route) => (
    new URL(route.request().url()).pathname === '/main.js'
      ? route.fulfill({ contentType: 'text/javascript', body: bundle?.text ?? '' })
      : route.fulfill({ contentType: 'text/html', body: '<!doctype html><script type="module" src="/main.js"></script>' })
  ));
  await page.goto(`http://${host}/`);
  await expect(page).toHaveTitle('done');
  return warnings;
}

test('a page warns once of a key that everybody can read', async ({ page }) => {
  const warnings = await warningsOn(page, 'app.test');
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('API key for openai');
  expect(warnings[0]).not.toContain('sk-secret');
});

test('a page on this machine does not', async ({ page }) => {
  expect(await warningsOn(page, 'localhost')).toEqual([]);
});
