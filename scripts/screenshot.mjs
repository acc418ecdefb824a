// Takes the README's picture of the demo: docs/images/demo.png, with the models of a folder: `MODELS=folder node scripts/screenshot.mjs`.
// `node scripts/screenshot.mjs FOLDER` takes the states a reviewer looks at instead: empty, ready, answered, source; in
// light, dark and on a narrow screen.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { chromiumLaunch } from './chromium.mjs';
import { root } from './run-command.mjs';

const configFile = join(root, 'examples/browser-rag/vite.config.ts');
const folder = process.argv[2];
const question = 'Where does code that needs a host go?';

await build({ configFile });
const server = await preview({ configFile, preview: { host: '127.0.0.1', port: 0 } });
const url = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch(chromiumLaunch());

/**
 * @param {import('playwright').BrowserContextOptions} options
 * @param {(page: import('playwright').Page, name: string) => Promise<unknown>} shot
 */
async function visit(options, shot) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByText('Sentences quoted').waitFor();
  await page.getByRole('button', { name: 'Choose files' }).waitFor();
  await shot(page, 'empty');
  await page.getByRole('button', { name: /Try it with/ }).click();
  await page.getByText(/documents ready/).waitFor();
  const searching = page.getByTestId('model').filter({ hasText: 'searches by meaning' });
  if (await searching.count() > 0) {
    await searching.getByRole('button', { name: /^Download/ }).click();
    await searching.getByRole('button', { name: /^Use/ }).click();
    await searching.getByText('in use').waitFor();
  }
  await shot(page, 'ready');
  await page.getByLabel('Your question').fill(question);
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  const chip = page.getByRole('button', { name: /, show the citation$/ });
  await chip.first().waitFor();
  await shot(page, 'answered');
  await chip.first().click();
  await page.getByTestId('source-text').waitFor();
  await shot(page, 'source');
  await context.close();
}

try {
  if (folder === undefined) {
    mkdirSync(join(root, 'docs/images'), { recursive: true });
    // High enough for the models, which stand under the source.
    await visit({ viewport: { width: 1280, height: 1180 } }, async (page, name) => name === 'source' && page.screenshot({ path: join(root, 'docs/images/demo.png') }));
  } else {
    mkdirSync(folder, { recursive: true });
    for (const [variant, options] of Object.entries({
      light: {}, dark: { colorScheme: /** @type {const} */ ('dark') }, narrow: { viewport: { width: 320, height: 640 } },
    })) await visit(options, (page, name) => page.screenshot({ path: join(folder, `${variant}-${name}.png`) }));
  }
} finally {
  await browser.close();
  await server.close();
}
