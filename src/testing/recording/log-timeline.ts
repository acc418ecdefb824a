import { uuid } from '../../base/id.ts';
import { ValidationError } from '../../base/error-classes.ts';
import type { Storable } from '../../base/storable.ts';
import type { ResumeOptions, WorkflowHandler } from '../../durable/index.ts';
import { readLog, type RunRecord } from '../../workflow/index.ts';
import { forked } from './fork.ts';
import type { RecordedWorkflow } from './timeline.ts';

/**
 * What a run that was not recorded still tells: the records its log keeps (the last 1,024, the last 64 once it has waited)
 * and the state after each. It can branch off from where it is now alone.
 */
export class LogTimeline {
  readonly runId: string;
  /** The records that are kept. */
  readonly records: readonly RunRecord[];
  readonly #handler: WorkflowHandler<unknown>;
  readonly #base: ReadonlyMap<string, unknown>;

  constructor(handler: WorkflowHandler<unknown>) {
    this.#handler = handler;
    this.runId = handler.runId();
    this.records = [...readLog(handler)];
    this.#base = new Map(handler.run.log.base ?? []);
  }

  /** The state after record `seq`. @throws ValidationError when it is not kept. */
  stateAt(seq: number): ReadonlyMap<string, unknown> {
    const first = this.records[0]?.seq ?? 1;
    if (!(seq >= first - 1 && seq < first + this.records.length)) throw new ValidationError(`Record ${seq} of run ${this.runId} is not kept`);
    const state = new Map(this.#base);
    for (const { statePatch = [] } of this.records.slice(0, seq - first + 1)) for (const [key, value] of statePatch) state.set(key, value);
    for (const [key, value] of state) if (value === undefined) state.delete(key);
    return state;
  }

  /**
   * A new run that goes on from where this one is, with other state; this one goes on too.
   *
   * @throws SnapshotError when the run has ended.
   */
  fork(workflow: RecordedWorkflow, state: Readonly<Record<string, Storable>> = {}, { runId = uuid(), ...options }: ResumeOptions & { readonly runId?: string } = {}): WorkflowHandler {
    const body = this.#handler.capture();
    return workflow.resumeBody(forked({ ...body, runId }, this.runId, body.version, Object.entries(state)), options);
  }
}
