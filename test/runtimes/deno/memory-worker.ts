import type { PortLike } from '../../../src/local/index.ts';
import { JsonlBackend } from '../../../src/platform/node/index.ts';
import { serve } from '../../helpers/memory-in-worker.ts';

serve(globalThis as unknown as PortLike, () => JsonlBackend.create(new URL(import.meta.url).hash.slice(1)));
