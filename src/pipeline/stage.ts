import { ValidationError } from '../base/error-classes.ts';
import { isUnsafeKey, PLAIN } from '../base/storable.ts';
import { type ResumeOptions, Workflow, type WorkflowHandler } from '../durable/index.ts';
import type { SnapshotBody } from '../durable/snapshot-body.ts';
import { START, stop, type EventLike } from '../events/index.ts';
import type { Context } from '../workflow/index.ts';
import type { PipelineState } from './types.ts';

/** A workflow that can be a stage: the `Workflow` of `blazen-ts`, whatever its types. */
export interface StageWorkflow<Output = unknown> {
  readonly name: string;
  runWithHandler(...args: never): Promise<WorkflowHandler<Output>>;
  /** @internal */
  resumeBody(body: SnapshotBody, options: ResumeOptions): WorkflowHandler<unknown>;
}

/** A stage that needs no workflow of its own: it takes the stage's input and gives its output. */
export type StageFunction<Output = unknown> = (input: never, context: Context) => Output | Promise<Output>;

/** One workflow of a pipeline. It belongs to one pipeline: it can be added only once. */
export class Stage<State extends PipelineState = PipelineState, Output = unknown> {
  readonly name: string;
  /** Type-level memory of what the stage gives; never set. */
  declare readonly '~output': Output;
  /** @internal */
  readonly workflow: StageWorkflow;
  /** @internal */
  readonly condition: ((state: State) => boolean | Promise<boolean>) | null;
  readonly #mapper: ((state: State) => unknown) | null;
  /** The workflow is a function in disguise, which takes its input as it is. */
  readonly #simple: boolean;
  #taken = false;

  /**
   * @param workflow runs the stage; a function is a workflow of one step.
   * @param inputMapper makes the workflow's input. Default: the output of the stage before that ran, or the pipeline's
   * input. What is not a plain object reaches the workflow as `data` of its start event.
   * @param condition the stage is skipped when this gives false. Default: it always runs.
   * @throws ValidationError when the name or the workflow cannot work.
   */
  constructor(
    name: string, workflow: StageWorkflow<Output> | StageFunction<Output>,
    inputMapper?: ((state: State) => unknown) | null, condition?: ((state: State) => boolean | Promise<boolean>) | null,
  ) {
    checkName(name);
    this.name = name;
    this.#simple = typeof workflow === 'function';
    this.workflow = typeof workflow === 'function' ? simpleWorkflow(name, workflow) : workflow;
    if (typeof this.workflow?.runWithHandler !== 'function' || typeof this.workflow.resumeBody !== 'function') {
      throw new ValidationError(`Cannot make stage '${name}': it takes a workflow of 'blazen-ts' or a function`, { path: name });
    }
    this.#mapper = inputMapper ?? null;
    this.condition = condition ?? null;
  }

  /** @internal The member of a parallel stage with this name, or of the stage itself. */
  get branches(): readonly (readonly [branch: string | null, stage: Stage<never>])[] { return [[null, this]]; }

  /** @internal @throws ValidationError when the stage already belongs to a pipeline. */
  take(): void { this.#taken = take(this.name, this.#taken); }

  /** @internal The input of the stage's workflow. */
  input(state: State, previous: unknown): unknown {
    return this.#mapper === null ? previous : this.#mapper(state);
  }

  /** @internal The input as the fields of a start event. */
  fields(input: unknown): object | undefined {
    if (this.#simple) return { data: input };
    if (input === null || input === undefined) return undefined;
    const prototype = typeof input === 'object' ? Object.getPrototypeOf(input) as object | null : undefined;
    return prototype === Object.prototype || prototype === null || prototype !== undefined && PLAIN in prototype ? input : { data: input };
  }
}

/** How a parallel stage joins its branches. */
export type JoinStrategy = 'WaitAll' | 'FirstCompletes';

/** Values of `JoinStrategy`. */
export const JoinStrategy: { readonly WaitAll: 'WaitAll'; readonly FirstCompletes: 'FirstCompletes' } = {
  /** All branches have to succeed; the output holds theirs by name, skipped ones left out. The first failure stops the others. */
  WaitAll: 'WaitAll',
  /** The first branch that succeeds gives the output, the others are aborted. The stage fails when all branches do. */
  FirstCompletes: 'FirstCompletes',
};

/** Stages that run at the same time, on the same state. */
export class ParallelStage {
  readonly name: string;
  readonly joinStrategy: JoinStrategy;
  /** @internal */
  readonly branches: readonly (readonly [branch: string, stage: Stage<never>])[];
  #taken = false;

  /**
   * @param joinStrategy default: `WaitAll`.
   * @throws ValidationError when there is no branch, two have the same name, or one belongs to a pipeline already.
   */
  constructor(name: string, branches: readonly Stage<never>[], joinStrategy?: JoinStrategy | null) {
    checkName(name);
    this.name = name;
    this.joinStrategy = joinStrategy ?? JoinStrategy.WaitAll;
    if (!Object.hasOwn(JoinStrategy, this.joinStrategy)) throw new ValidationError(`Cannot make parallel stage '${name}': unknown join strategy '${String(joinStrategy)}'`, { path: name });
    if (branches.length === 0) throw new ValidationError(`Cannot make parallel stage '${name}': it has no branches`, { path: name });
    const names = new Set<string>();
    for (const branch of branches) {
      if (names.has(branch.name)) throw new ValidationError(`Cannot add branch '${branch.name}': stage '${name}' has one of that name`, { path: branch.name });
      names.add(branch.name);
      branch.take();
    }
    this.branches = branches.map((branch) => [branch.name, branch]);
  }

  /** @internal @throws ValidationError when the stage already belongs to a pipeline. */
  take(): void { this.#taken = take(this.name, this.#taken); }
}

function checkName(name: string): void {
  if (typeof name !== 'string' || !name || isUnsafeKey(name)) throw new ValidationError(`Cannot make a stage named '${name}': the name cannot be used`);
}

function take(name: string, taken: boolean): true {
  if (taken) throw new ValidationError(`Cannot add stage '${name}': it belongs to a pipeline already. Make a new Stage`, { path: name });
  return true;
}

function simpleWorkflow(name: string, run: StageFunction): StageWorkflow {
  return new Workflow(name).addStep('run', [START], async (event: EventLike, context) => stop(await run(event['data'] as never, context)));
}
