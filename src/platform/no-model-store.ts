import { UnsupportedError } from '../base/error-classes.ts';
import type { ModelStore } from '../spec/model-store.ts';

/** What `#model-store` is in hosts that keep no files. */
export function openModelStore(_where?: string): ModelStore {
  throw new UnsupportedError('unsupported: this host keeps no files; give the model cache a store');
}
