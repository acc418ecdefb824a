// The host of the portable suites: this one file runs in Node, workerd, Chromium and Deno, and takes every topic file
// beside it.
import { describe, test } from 'vitest';
import { createTestApi, type Suite } from './harness/test-api.ts';
import { lib, type Lib } from './lib.ts';

const topics = import.meta.glob<Suite<Lib>>(['./*.ts', '!./*.test.ts', '!./lib.ts'], { eager: true, import: 'default' });
const api = createTestApi((name, run) => test(name, run));

for (const [file, suite] of Object.entries(topics)) {
  describe(file.slice(2, -3), () => suite(api, lib));
}
