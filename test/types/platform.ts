import * as browser from '../../src/platform/browser.ts';
import * as fallback from '../../src/platform/default.ts';
import * as deno from '../../src/platform/deno.ts';
import * as node from '../../src/platform/node.ts';
import * as workerd from '../../src/platform/workerd.ts';
import type { Platform } from '../../src/platform/types.ts';

// The compiler sees only one file behind #platform; all five must give the same.
export const platforms: readonly Platform[] = [browser, fallback, deno, node, workerd];
