import { SnapshotError } from '../base/error-classes.ts';
import type { WorkflowHandler } from '../durable/index.ts';
import type { SnapshotBody } from '../durable/snapshot-body.ts';
import { limitTime } from '../durable/time-limit.ts';
import type { WorkflowEvent } from '../events/index.ts';
import type { MemberRecord, MemberState } from './pipeline-body.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { pathOf, relay } from './relay.ts';
import type { ParallelStage, Stage } from './stage.ts';
import type { PipelineEvent } from './types.ts';

/** One workflow of the current stage. */
export class Member {
  readonly stageName: string;
  readonly branch: string | null;
  readonly stage: Stage<never>;
  /** As it was before the workflow started; once it has, `handler` knows. */
  readonly #state: MemberState;
  readonly #value: unknown;
  readonly #saved: SnapshotBody | null;
  handler: WorkflowHandler<unknown> | null = null;
  /** The workflow's result. */
  outcome: Promise<unknown> = Promise.resolve(null);

  constructor(stageName: string, branch: string | null, stage: Stage<never>, state: MemberState, value: unknown, saved: SnapshotBody | null = null) {
    this.stageName = stageName;
    this.branch = branch;
    this.stage = stage;
    this.#state = state;
    this.#value = value;
    this.#saved = saved;
    if (state === 'done') this.outcome = Promise.resolve(value);
    if (state === 'failed') this.#settle(rejected(new SnapshotError(`It had failed before the snapshot was taken: ${String(value)}`)));
  }

  get skipped(): boolean { return this.#state === 'skipped'; }

  /** The workflow runs. */
  get live(): boolean { return this.handler !== null && !this.handler.run.ended; }

  /** What a snapshot keeps of it. */
  record(): MemberRecord {
    const { branch, handler } = this;
    if (handler === null) return { branch, state: this.#state, value: this.#value, run: this.#saved };
    const { ended, status, value } = handler.run;
    if (!ended) return { branch, state: 'active', value: null, run: handler.capture() };
    if (status === 'completed') return { branch, state: 'done', value, run: null };
    return { branch, state: 'failed', value: value instanceof Error ? value.message : String(value), run: null };
  }

  /** Start the workflow, or go on with its run; what had ended stays as it is. */
  async start(pipeline: PipelineRun): Promise<void> {
    if (this.#state !== 'ready' && this.#state !== 'active') return;
    try {
      const { clock, definition: { timeoutMs }, options } = pipeline;
      const handler = this.#saved === null
        ? await this.stage.workflow.runWithHandler(...[this.stage.fields(this.#value), { clock, runId: runIdOf(pipeline.id, this.stageName, this.branch) }] as never[] as never)
        : this.stage.workflow.resumeBody(this.#saved, { ...options, clock });
      this.handler = handler;
      this.#settle(resultOf(handler));
      // Before the first step: a run begins a few microtasks after it is handed out.
      relay(handler.run, {
        show: (event, published) => pipeline.show(this.#item(event), published),
        live: (event) => pipeline.stream.live(this.#item(event)),
        drained: () => pipeline.stream.drained(),
      });
      if (timeoutMs > 0) limitTime(handler.run, timeoutMs, this.#saved?.remainingMs || timeoutMs);
    } catch (error) {
      this.#settle(rejected(error));
    }
  }

  #settle(outcome: Promise<unknown>): void {
    this.outcome = outcome;
    // Nobody may be left to hear of a failure: another branch has decided.
    outcome.catch(() => undefined);
  }

  #item(event: WorkflowEvent): PipelineEvent {
    const { stageName, branch: branchName } = this;
    const path = [stageName, ...branchName === null ? [] : [branchName], ...pathOf(event)];
    return { type: event.type, stageName, branchName, workflowRunId: this.handler?.runId() ?? '', path, event: event as never };
  }
}

async function resultOf(handler: WorkflowHandler<unknown>): Promise<unknown> {
  return (await handler.result()).data;
}

function rejected(error: unknown): Promise<never> {
  return Promise.reject(error);
}

/** Ask the conditions and make the inputs of a stage's workflows, in the order of its branches. */
export async function prepareMembers(stage: Stage<never> | ParallelStage, pipeline: PipelineRun): Promise<Member[]> {
  const members: Member[] = [];
  for (const [branch, member] of stage.branches) {
    const state = pipeline.state() as never;
    const runs = member.condition === null || await member.condition(state);
    members.push(new Member(stage.name, branch, member, runs ? 'ready' : 'skipped', runs ? await member.input(state, pipeline.previous()) : null));
  }
  return members;
}

/** The members of a stage as a snapshot tells them. */
export function restoreMembers(stage: Stage<never> | ParallelStage, records: readonly MemberRecord[]): Member[] {
  return stage.branches.map(([branch, member], i) => {
    const { state, value, run } = records[i] as MemberRecord;
    return new Member(stage.name, branch, member, state, value, run);
  });
}

/**
 * The run id of a stage's workflow: the same each time the stage is begun in this run, so that what its steps hand to
 * outside services as idempotency keys is too. A UUID (version 8) of four FNV-1a hashes of the names.
 */
function runIdOf(pipelineRunId: string, stage: string, branch: string | null): string {
  const bytes = new TextEncoder().encode(JSON.stringify([pipelineRunId, stage, branch]));
  const hex = [0, 1, 2, 3].map((lane) => {
    let hash = 0x811c9dc5 ^ lane * 0x9e3779b1;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  }).join('');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-8$3-a$4-$5');
}
