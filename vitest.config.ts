import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { startDeliveryServer } from './test/helpers/delivery-server.ts';
import { startUpstashProxy } from './test/helpers/upstash-proxy.ts';
import { chromiumLaunch } from './scripts/chromium.mjs';
import { workerd } from './scripts/workerd.mjs';

// Three of the four hosts of the portable suites; the fourth is vitest.deno.config.ts.
const portable = 'test/portable/run.test.ts';

const __DELIVERY__ = JSON.stringify((await startDeliveryServer()).address(''));
const __UPSTASH__ = JSON.stringify(await startUpstashProxy());

export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      {
        define: { __HOST__: '"node"', __DELIVERY__, __UPSTASH__ },
        resolve: { conditions: ['node', 'module', 'import', 'default'] },
        test: {
          name: 'node',
          environment: 'node',
          include: [portable, 'test/{unit,architecture,pins,runtimes/node}/**/*.test.ts'],
          testTimeout: 60_000, hookTimeout: 60_000,
        },
      },
      {
        define: { __HOST__: '"workerd"', __DELIVERY__, __UPSTASH__ },
        plugins: [cloudflareTest({
          main: './test/runtimes/workerd/worker.ts',
          miniflare: {
            ...workerd, kvNamespaces: ['TEST_KV'],
            durableObjects: { TEST_OBJECT: { className: 'TestObject', useSQLite: true }, RUNS: { className: 'Runs', useSQLite: true }, SHORT_RUNS: { className: 'ShortRuns', useSQLite: true } },
          },
        })],
        test: { name: 'workerd', include: [portable, 'test/runtimes/workerd/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        define: { __HOST__: '"browser"', __DELIVERY__, __UPSTASH__ },
        // Named here because a dependency found in the middle of a run reloads the page under the tests.
        optimizeDeps: { include: ['@msgpack/msgpack', 'eventemitter3', 'fast-check', 'idb-keyval', 'ky', 'zod'] },
        test: {
          name: 'chromium',
          include: [portable, 'test/runtimes/browser/**/*.test.ts'],
          testTimeout: 60_000, hookTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            api: { host: '127.0.0.1' },
            instances: [{ browser: 'chromium' }],
            provider: playwright({ launchOptions: chromiumLaunch() }),
          },
        },
      },
    ],
  },
});
