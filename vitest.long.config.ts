import { defineConfig } from 'vitest/config';

// What takes minutes: `npm run test:long` (scripts/test-long.mjs).
export default defineConfig({
  resolve: { conditions: ['node', 'module', 'import', 'default'] },
  ssr: { resolve: { conditions: ['node', 'module', 'import', 'default'] } },
  test: { name: 'long', allowOnly: false, environment: 'node', include: ['test/long/**/*.test.ts'], testTimeout: 0, hookTimeout: 120_000 },
});
