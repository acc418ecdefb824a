import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { defineConfig, devices } from '@playwright/test';
import { chromiumLaunch } from './scripts/chromium.mjs';
import { writeDemoModels } from './test/helpers/demo-models.ts';

// The demo is built and served on a free port; the variable carries the port on to Playwright's worker processes.
const demo = 'examples/browser-rag';
const port = (process.env['DEMO_PORT'] ??= String(await freePort()));
const baseURL = `http://127.0.0.1:${port}`;

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().on('error', fail).listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as AddressInfo;
      server.close(() => done(free));
    });
  });
}

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: process.env['CI'] ? 1 : 2,
  reporter: [['list']],
  timeout: 180_000,
  expect: { timeout: 20_000 },
  use: { baseURL, trace: 'retain-on-failure', launchOptions: chromiumLaunch() },
  projects: [{ name: 'chromium', use: { ...devices['Desktop Chrome'] } }],
  ...(existsSync(`${demo}/vite.config.ts`)
    ? {
        webServer: {
          command: `npx vite build && npx vite preview --host 127.0.0.1 --port ${port} --strictPort`,
          cwd: demo,
          url: baseURL,
          timeout: 300_000,
          env: { PORT: port, MODELS: writeDemoModels(fileURLToPath(new URL('.cache/demo-models', import.meta.url))) },
        },
      }
    : {}),
});
