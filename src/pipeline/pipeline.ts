import { systemClock } from '../base/clock.ts';
import { SnapshotError } from '../base/error-classes.ts';
import { uuid } from '../base/id.ts';
import { revive } from '../durable/restore.ts';
import type { EventLike } from '../events/index.ts';
import type { PipelineBody } from './pipeline-body.ts';
import { PipelineHandler } from './pipeline-handler.ts';
import { graphOf, PipelineRun } from './pipeline-run.ts';
import { PipelineSnapshot, type PipelineSnapshotJson, type PipelineSnapshotSource } from './pipeline-snapshot.ts';
import type { ParallelStage, Stage } from './stage.ts';
import { restoreMembers } from './stage-member.ts';
import type { PipelineEvent, PipelineResumeOptions, PipelineRunOptions } from './types.ts';

/** @internal What a builder has gathered. */
export interface PipelineDefinition {
  readonly name: string;
  readonly stages: readonly (Stage<never> | ParallelStage)[];
  /** Longest active time of a stage's workflow, 0 for no limit. */
  readonly timeoutMs: number;
  readonly persist: ((snapshot: PipelineSnapshot) => unknown) | null;
  readonly persistJson: ((json: string) => unknown) | null;
  /** Runs go on from here. */
  readonly from: PipelineSnapshot | PipelineSnapshotJson | string | null;
}

/** Workflows in a row or side by side; made by `PipelineBuilder`. It can be run any number of times. */
export class Pipeline<Output = unknown> {
  readonly #definition: PipelineDefinition;

  /** @internal */
  constructor(definition: PipelineDefinition) { this.#definition = definition; }

  /** Resume a snapshot with a pipeline that fits it. See the method `resume`. */
  static resume<Output>(pipeline: Pipeline<Output>, source: PipelineSnapshotSource | PromiseLike<PipelineSnapshot>, options: PipelineResumeOptions = {}): Promise<PipelineHandler<Output>> {
    return pipeline.resume(source, options);
  }

  get name(): string { return this.#definition.name; }

  /**
   * Start a run and hand out its handler. A pipeline built from a snapshot goes on from that; it needs no input.
   *
   * @param input any value; what the first stage starts with, and `input` in what mappers and conditions see.
   */
  async start(input?: unknown, options: PipelineRunOptions = {}): Promise<PipelineHandler<Output>> {
    const { from } = this.#definition;
    if (from !== null) return this.resume(from, options);
    const { runId = uuid(), clock = systemClock } = options;
    return launch(new PipelineRun(this.#definition, runId, clock, input ?? null, Math.floor(clock.now()), {}), options.signal);
  }

  /** Run to the end and give the output of the last stage. @throws as `PipelineHandler.result` does. */
  async run(input?: unknown, options: PipelineRunOptions = {}): Promise<Output> {
    return (await (await this.start(input, options)).result()).finalOutput;
  }

  /**
   * Go on with a run from its snapshot. Stages that were done are not run again; the workflows of the current one go on
   * where they were. The run keeps its id, its stream goes on with the next numbers.
   *
   * @throws SnapshotError when the snapshot is damaged, of another pipeline, or the stages have changed (unless
   * `allowChanged`: those that are done or under way must still be there); SnapshotVersionMismatchError when it was
   * written by a newer version.
   */
  async resume(source: PipelineSnapshotSource | PromiseLike<PipelineSnapshot>, options: PipelineResumeOptions = {}): Promise<PipelineHandler<Output>> {
    const { body } = await PipelineSnapshot.from(await source);
    const definition = this.#definition;
    checkFit(definition, body, options.allowChanged ?? false);
    const { signal, clock = systemClock, ...rest } = options;
    const run = new PipelineRun(definition, body.runId, clock, body.input, body.startedAt, rest);
    run.shared = body.shared;
    run.results = [...body.results];
    run.stageBegan -= body.stageMs;
    const stage = definition.stages[body.results.length];
    if (stage !== undefined && body.members !== null) run.members = restoreMembers(stage, body.members);
    run.stream.columns = body.stream.columns.map((cell, i) => (i % 2 === 0 ? reviveItem(cell as PipelineEvent) : cell));
    run.stream.seq = body.stream.seq;
    run.stream.lost = run.stream.seq - run.stream.columns.length / run.stream.width;
    return launch(run, signal);
  }
}

function launch<Output>(run: PipelineRun, signal: AbortSignal | undefined): PipelineHandler<Output> {
  const abort = (): void => run.abort(signal?.reason);
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort);
  void run.drive().then(() => signal?.removeEventListener('abort', abort));
  return new PipelineHandler(run);
}

function reviveItem(item: PipelineEvent): PipelineEvent {
  return { ...item, event: revive(item.event as EventLike) as never };
}

function checkFit(definition: PipelineDefinition, body: PipelineBody, allowChanged: boolean): void {
  if (definition.name !== body.pipeline) throw new SnapshotError(`Cannot resume a snapshot of pipeline '${body.pipeline}' with pipeline '${definition.name}'`);
  const now = graphOf(definition);
  const needed = body.results.length + Number(body.members !== null);
  for (let i = 0; i < Math.max(body.partial ? 0 : now.length, body.stages.length); i++) {
    const [is, was] = [now[i], body.stages[i]];
    const difference = is === undefined ? `stage '${was?.[0]}' is gone` : was === undefined ? `stage '${is[0]}' is new`
      : is[0] !== was[0] ? `stage ${i + 1} is '${is[0]}' and was '${was[0]}'` : (!body.partial || i >= body.results.length) && is[1].join() !== was[1].join() ? `stage '${is[0]}' has other branches` : '';
    if (difference && (!allowChanged || i < needed)) {
      const remedy = i < needed ? '' : '. Pass allowChanged to resume all the same';
      throw new SnapshotError(`Cannot resume run ${body.runId}: the pipeline has changed since the snapshot: ${difference}${remedy}`);
    }
  }
}
