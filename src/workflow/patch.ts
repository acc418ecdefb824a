import type { WorkflowEvent } from '../events/index.ts';

/** Operations of a commit, flat: key, value, key, value … A value may be an `Update` until the patch is resolved. */
export type Patch = unknown[];

/** A write that is a function of the committed value. */
export class Update {
  readonly change: (value: unknown) => unknown;
  constructor(change: (value: unknown) => unknown) { this.change = change; }
}

/** What a commit emits: nothing, one event, or several. */
export type Emission = WorkflowEvent | WorkflowEvent[] | null;
