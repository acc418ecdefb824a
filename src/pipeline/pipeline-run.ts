// The run of a pipeline: drives the runs of its stages, one stage after the other.
import type { Clock } from '../base/clock.ts';
import { AbortedError, PersistError, StageError, ValidationError } from '../base/error-classes.ts';
import type { EventLike } from '../events/index.ts';
import type { FinalStatus, RunStatus } from '../workflow/index.ts';
import { Feed } from '../workflow/feed.ts';
import { Signal } from '../workflow/signal.ts';
import type { PipelineDefinition } from './pipeline.ts';
import { PIPELINE_BODY_VERSION, type PipelineBody } from './pipeline-body.ts';
import { PipelineSnapshot } from './pipeline-snapshot.ts';
import { JoinStrategy, type ParallelStage, type Stage } from './stage.ts';
import { type Member, prepareMembers } from './stage-member.ts';
import type { PipelineEvent, PipelineResumeOptions, PipelineState, StageResult } from './types.ts';

/** Stream items a run keeps for late readers, and those it keeps while it waits for input. */
const HISTORY = 1024, PARKED_HISTORY = 64;
/** Microtasks a run waits for a caller who awaits the handler to attach a reader. */
const PATIENCE = 8;

/** Everything a pipeline's run is. */
export class PipelineRun {
  readonly definition: PipelineDefinition;
  readonly id: string;
  readonly clock: Clock;
  readonly input: unknown;
  readonly startedAt: number;
  readonly options: PipelineResumeOptions;
  /** Two columns: the event, and whether a step published it. */
  readonly stream: Feed<PipelineEvent> = new Feed(HISTORY, 2);
  shared: PipelineBody['shared'] = [];
  results: StageResult[] = [];
  /** Workflows of the current stage; null before their inputs are made. */
  members: Member[] | null = null;
  /** When the current stage began. */
  stageBegan: number;
  /** Fired whenever the status may have changed. */
  readonly changed: Signal = new Signal();
  /** The output when completed, the error when ended otherwise. */
  value: unknown;
  #final: FinalStatus | null = null;
  #pausing = false;
  /** The driver stands still until the pause ends. */
  #held = false;
  /** Something that a pause does not stop is under way: a mapper, a workflow that is being started, a persist callback. */
  #busy = false;

  constructor(definition: PipelineDefinition, id: string, clock: Clock, input: unknown, startedAt: number, options: PipelineResumeOptions) {
    this.definition = definition;
    this.id = id;
    this.clock = clock;
    this.input = input;
    this.startedAt = startedAt;
    this.options = options;
    this.stageBegan = clock.now();
  }

  get ended(): boolean { return this.#final !== null; }

  get status(): RunStatus {
    if (this.#final !== null) return this.#final;
    const live = this.#live();
    const all = (status: RunStatus): boolean => !this.#busy && live.length > 0 && live.every(({ handler }) => handler?.status === status);
    if (this.#pausing) return this.#held || all('paused') ? 'paused' : 'pausing';
    return all('waiting') ? 'waiting' : 'running';
  }

  /** What mappers and conditions see. */
  state(): PipelineState {
    return Object.fromEntries([...this.shared, ...this.results.filter(({ skipped }) => !skipped).map(({ name, output }) => [name, output] as const), ['input', this.input]]);
  }

  /** Output of the last stage that ran, or the input. */
  previous(): unknown {
    const last = this.results.findLast(({ skipped }) => !skipped);
    return last === undefined ? this.input : last.output;
  }

  /** Everything that it is, as plain data. */
  capture(): PipelineBody {
    const { definition, clock, results, members, stream } = this;
    return {
      v: PIPELINE_BODY_VERSION,
      pipeline: definition.name,
      stages: graphOf(definition),
      partial: false,
      runId: this.id,
      startedAt: this.startedAt,
      takenAt: Math.floor(clock.now()),
      input: this.input,
      shared: this.shared,
      results: [...results],
      stageMs: results.length < definition.stages.length ? clock.now() - this.stageBegan : 0,
      members: members?.map((member) => member.record()) ?? null,
      stream: { seq: stream.seq, columns: [...stream.columns] },
    };
  }

  /** Run what is left. It begins a few microtasks later: a reader attached at once misses nothing. */
  async drive(): Promise<void> {
    const { stages } = this.definition;
    for (let i = 0; i < PATIENCE; i++) await Promise.resolve();
    try {
      for (let stage = stages[this.results.length]; stage !== undefined; stage = stages[this.results.length]) {
        await this.#gate();
        if (this.ended) return;
        const result = await this.#runStage(stage);
        if (this.ended) return;
        this.results.push(result);
        this.members = null;
        this.stageBegan = this.clock.now();
        await this.#whileBusy(() => this.#persist(result.name));
      }
      await this.#gate();
      this.end('completed', this.previous());
    } catch (error) {
      this.end('failed', error);
    }
  }

  /** The first end counts. What still runs is aborted. */
  end(status: FinalStatus, value: unknown): void {
    if (this.ended) return;
    this.#final = status;
    this.value = value;
    this.#abortMembers(value);
    this.stream.close();
    this.changed.fire();
  }

  abort(cause: unknown): void {
    this.end('aborted', new AbortedError(`Aborted run ${this.id} of pipeline '${this.definition.name}'`, { cause }));
  }

  async pause(): Promise<void> {
    this.#pausing = true;
    for (const { handler } of this.#live()) void handler?.pause();
    this.changed.fire();
    while (this.status === 'pausing') await this.changed.wait();
  }

  continue(): void {
    this.#pausing = false;
    for (const { handler } of this.#live()) handler?.resumeInPlace();
    this.changed.fire();
  }

  /** @throws ValidationError when no such request is open, or several are. */
  respond(requestId: string, response: unknown, branch?: string): void {
    const open = this.#live().filter((member) => (branch === undefined || member.branch === branch)
      && member.handler?.run.requests.some((request) => (request as unknown as EventLike)['request_id'] === requestId));
    if (open.length !== 1) {
      const problem = open.length === 0 ? 'no such input request is open' : `the branches ${open.map((member) => member.branch).join(', ')} ask it, name the branch,`;
      throw new ValidationError(`Cannot answer '${requestId}': ${problem} in run ${this.id} of pipeline '${this.definition.name}'`, { code: 'workflow.input' });
    }
    open[0]?.handler?.respondToInput(requestId, response);
    this.changed.fire();
  }

  /** Show an event to the readers. False: the slowest is a whole buffer behind. */
  show(event: PipelineEvent, published: boolean): boolean {
    this.stream.columns.push(event, published);
    return this.stream.added();
  }

  #live(): Member[] { return this.members?.filter((member) => member.live) ?? []; }

  #abortMembers(reason: unknown): void { for (const { handler } of this.#live()) handler?.abort(reason); }

  async #gate(): Promise<void> {
    while (this.#pausing && !this.ended) {
      this.#held = true;
      this.changed.fire();
      await this.changed.wait();
    }
    this.#held = false;
  }

  async #whileBusy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
      this.changed.fire();
    }
  }

  async #runStage(stage: Stage<never> | ParallelStage): Promise<StageResult> {
    const members = await this.#whileBusy(() => this.#start(stage));
    const result = (output: unknown, skipped: boolean): StageResult => ({ name: stage.name, output, skipped, durationMs: this.clock.now() - this.stageBegan });
    const taking = members.filter(({ skipped }) => !skipped);
    if (taking.length === 0) return result(null, true);
    const output = await ('joinStrategy' in stage ? joinBranches(stage, taking) : taking[0]?.outcome.catch((cause: unknown) => { throw stageFailed(stage.name, null, cause); }));
    this.#abortMembers(`Stage '${stage.name}' is over`);
    return result(output, false);
  }

  async #start(stage: Stage<never> | ParallelStage): Promise<Member[]> {
    const members = this.members ?? await prepareMembers(stage, this);
    if (this.ended) return members;
    this.members = members;
    await Promise.all(members.map((member) => member.start(this)));
    for (const member of this.#live()) {
      if (this.ended) member.handler?.abort(this.value);
      else if (this.#pausing) void member.handler?.pause();
      void this.#watch(member);
    }
    return members;
  }

  async #watch({ handler }: Member): Promise<void> {
    while (handler !== null && !handler.run.ended) {
      await handler.run.wait();
      if (this.status === 'waiting') this.stream.keep(PARKED_HISTORY);
      this.changed.fire();
    }
  }

  async #persist(stage: string): Promise<void> {
    const { persist, persistJson, name } = this.definition;
    if (this.ended || persist === null && persistJson === null) return;
    const snapshot = await PipelineSnapshot.of(this.capture());
    try {
      await persist?.(snapshot);
      await persistJson?.(String(snapshot));
    } catch (cause) {
      throw new PersistError(`Cannot keep the snapshot of pipeline '${name}' after stage '${stage}': ${messageOf(cause)}`, { cause });
    }
  }
}

/** The stages of a pipeline as a snapshot keeps them. */
export function graphOf({ stages }: PipelineDefinition): PipelineBody['stages'] {
  return stages.map((stage) => [stage.name, stage.branches.flatMap(([branch]) => branch ?? [])]);
}

async function joinBranches(stage: ParallelStage, members: readonly Member[]): Promise<unknown> {
  if (stage.joinStrategy === JoinStrategy.WaitAll) {
    const outputs = await Promise.all(members.map(({ branch, outcome }) => outcome.catch((cause: unknown) => { throw stageFailed(stage.name, branch, cause); })));
    return Object.fromEntries(members.map(({ branch }, i) => [branch as string, outputs[i]]));
  }
  return Promise.any(members.map(({ outcome }) => outcome)).catch(({ errors }: AggregateError) => {
    throw stageFailed(stage.name, null, new AggregateError(errors, errors.map((error, i) => `branch '${members[i]?.branch}': ${messageOf(error)}`).join('; ')));
  });
}

function stageFailed(stage: string, branch: string | null, cause: unknown): StageError {
  return new StageError(`${branch === null ? '' : `Branch '${branch}' of `}stage '${stage}' failed: ${messageOf(cause)}`.replace(/^s/, 'S'), { cause, stage, branch });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
