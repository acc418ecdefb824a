import { ValidationError } from '../base/error-classes.ts';
import type { MemoryBackendSpec } from '../spec/memory.ts';
import { CustomBackendAdapter, type CustomBackendHandlers, isCustomBackend } from './custom-backend.ts';
import { InMemoryBackend } from './in-memory-backend.ts';

/** The batched form of whatever the caller has. Throws ValidationError when it is not a backend. */
export function toBackend(input: MemoryBackendSpec | CustomBackendHandlers | null | undefined): MemoryBackendSpec {
  if (input === undefined || input === null) return new InMemoryBackend();
  if ('scan' in input && typeof input.scan === 'function') return input;
  if (isCustomBackend(input)) return new CustomBackendAdapter(input);
  throw new ValidationError("Cannot use the backend: it lacks 'scan', or 'put' and its kin", { path: 'backend' });
}
