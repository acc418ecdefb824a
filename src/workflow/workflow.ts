import { type Clock, systemClock } from '../base/clock.ts';
import { ValidationError } from '../base/error-classes.ts';
import { followSignal, immediate, outcomeOf, startRun } from './engine.ts';
import { type StreamEvent, WorkflowHandler, type WorkflowResult } from './handler.ts';
import { type Definition, Run } from './run.ts';
import { makeStep, type Step, type StepHandler, type StepPolicy } from './step.ts';
import type { EventDefs, InputArguments, TypedHandler, UnionOfTypes, EmittedBy, ResultBy, SentBy } from './typed-steps.ts';

/** Options of a workflow; all optional. */
export interface WorkflowOptions<Input = unknown> {
  /** Longest active time of a run in milliseconds; 0 for no limit. Default 300,000. */
  readonly timeoutMs?: number;
  /** Log records and stream items a run keeps for late readers. Default 1,024. */
  readonly historySize?: number;
  /** Policies of every step, after its own; a `limit` here limits the run. */
  readonly policies?: readonly StepPolicy[];
  /** Checks the input of a run; `defineWorkflow` makes it from a schema. @throws ValidationError */
  readonly parseInput?: (input: unknown) => Input;
}

/** Options of one run; all optional. */
export interface RunOptions {
  /** Id of the run. Default: a new UUID v4. */
  readonly runId?: string;
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Where time comes from. Default: the host. */
  readonly clock?: Clock;
}

/**
 * An event-driven workflow: steps that take events and give events.
 *
 * Steps are added by name with plain events (`addStep`) or typed by event definitions (`step`); both make the same steps.
 * The type parameters are inferred and never written: input, result, event types handled and event types emitted.
 *
 * @example
 * const hello = new Workflow('hello')
 *   .addStep('greet', ['blazen::StartEvent'], (event) => ({ type: 'blazen::StopEvent', result: `Hello, ${event.name}` }));
 * (await hello.run({ name: 'Ada' })).data; // 'Hello, Ada'
 */
export class Workflow<Input = object | undefined, Result = unknown, Handled extends string = string, Emitted extends string = never> {
  declare readonly name: string;
  /** Type-level memory of what the typed steps handle and emit; never set. */
  declare readonly '~types': { readonly input: Input; readonly result: Result; readonly handled: Handled; readonly emitted: Emitted };
  /** One for all runs, so that a run costs none of its own. */
  #definition: Definition & { readonly steps: Step[]; readonly routes: Map<string, readonly Step[]> };
  readonly #parseInput: WorkflowOptions<Input>['parseInput'];

  /** @param more what a subclass's runs know beyond what the engine does. */
  constructor(name: string, { timeoutMs = 300_000, historySize = 1024, parseInput, policies = [] }: WorkflowOptions<Input> = {}, more?: object) {
    this.name = name;
    this.#definition = { ...more, name, steps: [], routes: new Map<string, readonly Step[]>(), timeoutMs, historySize, policies };
    this.#parseInput = parseInput;
  }

  /**
   * Add a step that takes the events of these types.
   *
   * @param policies how it is run: `retry`, `timeout`, `limit`, `collect`.
   *
   * @throws ValidationError when the name is taken, or a type or the handler cannot work.
   */
  addStep(name: string, eventTypes: readonly string[], handler: StepHandler, ...policies: readonly StepPolicy[]): Workflow<Input, unknown, string, Emitted> {
    const { steps, routes, policies: shared } = this.#definition;
    if (steps.some((step) => step.name === name)) throw new ValidationError(`Cannot add step '${name}': the name is taken`);
    const step = makeStep(steps.length, name, eventTypes, handler, policies.concat(shared));
    steps.push(step);
    for (const type of step.types) routes.set(type, [...routes.get(type) ?? [], step]);
    return this as never;
  }

  /**
   * Add a step typed by the events it takes. What it gives is inferred; the policy `sends(…)` names the events it sends
   * with `ctx.sendEvent`, which inference cannot see. `run` does not compile while an emitted event has no step.
   */
  step<const Defs extends EventDefs, Output, const Policies extends readonly StepPolicy[] = []>(
    name: string, on: Defs, handler: TypedHandler<Defs, Input, Policies, Output>, ...policies: Policies
  ): Workflow<Input, Result | ResultBy<Output>, Handled | UnionOfTypes<Defs>, Emitted | EmittedBy<Output> | SentBy<Policies>> {
    return this.addStep(name, on.map((def) => def.type), handler as unknown as StepHandler, ...policies) as never;
  }

  /** Set the longest active time of a run in seconds; 0 or less for no limit. */
  setTimeout(seconds: number): this {
    this.#definition = { ...this.#definition, timeoutMs: seconds > 0 ? seconds * 1000 : 0 };
    return this;
  }

  /**
   * Run to the end.
   *
   * @throws WorkflowStalledError, StepError, TimeoutError or AbortedError: why the run ended without a result;
   * ValidationError when the input does not fit.
   */
  async run(...[input, options]: InputArguments<Input, Handled, Emitted>): Promise<WorkflowResult<Result>> {
    return await outcomeOf(this.#start(input, false, options));
  }

  /** Run to the end and call back for every event of the stream on the way. */
  async runStreaming(input: Input, callback: (event: StreamEvent, seq: number) => void, options: RunOptions = {}): Promise<WorkflowResult<Result>> {
    const handler = this.handle(this.#start(input, true, options));
    const [result] = await Promise.all([handler.result(), handler.streamEvents(callback)]);
    return result;
  }

  /** Start a run and hand out its handler. Steps begin a few microtasks later: a reader attached at once misses nothing. */
  async runWithHandler(...[input, options]: InputArguments<Input, Handled, Emitted>): Promise<WorkflowHandler<Result>> {
    return this.handle(this.#start(input, true, options));
  }

  /** @internal The handler of a run; a subclass hands out a richer one. */
  handle(run: Run): WorkflowHandler<Result> { return new WorkflowHandler<Result>(run); }

  /** @internal What the engine needs to know. */
  definition(): Definition { return this.#definition; }

  /** @internal The fields of the start event. @throws ValidationError when the input does not fit. */
  parse(input: unknown): object | undefined {
    const fields: unknown = this.#parseInput ? this.#parseInput(input) : input;
    if (fields != null && (typeof fields !== 'object' || Array.isArray(fields))) {
      throw new ValidationError(`Cannot run workflow '${this.name}': its input must be an object`);
    }
    return fields as object | undefined;
  }

  #start(input: unknown, watchable: boolean, { runId, signal, clock = systemClock }: RunOptions = {}): Run {
    const fields = this.parse(input);
    const run = new Run(this.#definition, runId, clock, immediate, watchable);
    startRun(run, fields);
    if (signal) followSignal(run, signal);
    return run;
  }
}
