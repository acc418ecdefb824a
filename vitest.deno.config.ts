import { defineConfig } from 'vitest/config';
import { startDeliveryServer } from './test/helpers/delivery-server.ts';
import { startUpstashProxy } from './test/helpers/upstash-proxy.ts';

// Vitest itself runs inside Deno here: `npm run test:deno`. Forks, because Deno's worker_threads lack a method that the
// thread pool calls at its end.
const __DELIVERY__ = JSON.stringify((await startDeliveryServer()).address(''));
const __UPSTASH__ = JSON.stringify(await startUpstashProxy());
const conditions = ['deno', 'module', 'import', 'default'];

export default defineConfig({
  define: { __HOST__: '"deno"', __DELIVERY__, __UPSTASH__ },
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name: 'deno',
    allowOnly: false,
    pool: 'forks',
    include: ['test/portable/run.test.ts', 'test/runtimes/deno/**/*.test.ts'],
    testTimeout: 60_000, hookTimeout: 60_000,
  },
});
