// Names that the examples of TSDoc comments use without saying where they come from.
import type { Workflow } from 'blazen-ts';
import type { InMemoryCheckpointStore } from 'blazen-ts/durable';
import type { Memory } from 'blazen-ts/memory';
import type { DurableObjectSqlStorage } from 'blazen-ts/workers';
import type * as zod from 'zod';

declare global {
  const workflow: Workflow;
  const memory: Memory;
  const storage: DurableObjectSqlStorage;
  const store: InMemoryCheckpointStore;
  const input: object;
  const text: string;
  const file: File;
  const z: typeof zod;
}
