import type { PortLike } from '../../../src/local/index.ts';
import { createIndexedDbMemory } from '../../../src/platform/browser/index.ts';
import { serve } from '../../helpers/memory-in-worker.ts';

serve(globalThis as unknown as PortLike, () => Promise.resolve(createIndexedDbMemory({ database: (globalThis as unknown as { name: string }).name })));
