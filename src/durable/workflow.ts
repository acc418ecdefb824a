import { SnapshotError } from '../base/error-classes.ts';
import type { SchemaInput, StandardSchema } from '../base/standard-schema.ts';
import type { Session } from '../workflow/execution.ts';
import { type GraphRecord, graphOf, type StepHandler, type StepPolicy, Workflow as CoreWorkflow, type WorkflowGraph, type WorkflowOptions } from '../workflow/index.ts';
import { inputParser } from '../workflow/define-workflow.ts';
import type { Run } from '../workflow/run.ts';
import type { EmittedBy, EventDefs, InputArguments, ResultBy, SentBy, TypedHandler, UnionOfTypes, WaitedBy, WaitsPolicy } from '../workflow/typed-steps.ts';
import { adapt, type FitOptions } from './adapt.ts';
import { allParts } from './all-parts.ts';
import { nameOf, type StateClass } from './blazen-state.ts';
import type { Context } from './context.ts';
import { type DurableDefinition, DurableExecution } from './execution.ts';
import { WorkflowHandler } from './handler.ts';
import { offer } from './offer.ts';
import { resumeBody, type ResumeRunOptions } from './run-functions.ts';
import { parsePolicy } from './session-policy.ts';
import { reviveRef } from './session-refs.ts';
import { WorkflowSnapshot } from './snapshot.ts';
import type { SnapshotBody } from './snapshot-body.ts';
import type { SnapshotJson } from './snapshot-json.ts';
import type { WorkflowBuilder } from './workflow-builder.ts';

/** Name the events a typed step waits for with `ctx.waitFor` or `ctx.collect`: then others may emit them. */
export function waits<const Defs extends EventDefs>(...defs: Defs): WaitsPolicy<UnionOfTypes<Defs>> {
  return { waits: defs.map(({ type }) => type) };
}

/** Options of a resume; all optional. */
export interface ResumeOptions extends ResumeRunOptions, FitOptions {
  /** Rebuild session values that travelled as bytes, by their type name; what is given back is put into the session. */
  readonly deserializers?: Readonly<Record<string, (bytes: Uint8Array) => unknown>>;
}

/** A snapshot in any of its forms. */
export type SnapshotSource = WorkflowSnapshot | SnapshotJson | string | Uint8Array;

/** A snapshot, or what `pause` gave. */
export type PromisedSnapshot = SnapshotSource | null | PromiseLike<SnapshotSource | null>;

/**
 * The workflow of `blazen-ts`: everything the one of `blazen-ts/workflow` does, and its runs can be paused, saved as a
 * snapshot and resumed, in another process or another runtime.
 *
 * @example
 * const handler = await workflow.runWithHandler({ topic: 'tides' });
 * await handler.pause();
 * const saved = String(await handler.snapshot());
 * const result = await (await workflow.resume(saved)).result();
 */
export class Workflow<Input = object | undefined, Result = unknown, Handled extends string = string, Emitted extends string = never>
  extends CoreWorkflow<Input, Result, Handled, Emitted> {
  constructor(name: string, options?: WorkflowOptions<Input>) {
    super(name, options, {
      execution: DurableExecution, offer, classes: new Map(), sessions: { policy: 'pickle_or_error' }, parts: allParts,
    } satisfies Pick<DurableDefinition, 'execution' | 'offer' | 'classes' | 'sessions' | 'parts'>);
  }

  /** Resume a snapshot with a workflow that fits it. See the method `resume`. */
  static resume<Result>(workflow: Workflow<never, Result, string, string>, source: PromisedSnapshot, options: ResumeOptions = {}): Promise<WorkflowHandler<Result>> {
    return workflow.resume(source, options);
  }

  /** The same as `builder.build()`. */
  static fromBuilder(builder: WorkflowBuilder): Workflow { return builder.build(); }

  override addStep(name: string, eventTypes: readonly string[], handler: StepHandler<Context>, ...policies: readonly StepPolicy[]): Workflow<Input, unknown, string, Emitted> {
    return super.addStep(name, eventTypes, handler as StepHandler, ...policies) as never;
  }

  override step<const Defs extends EventDefs, Output, const Policies extends readonly StepPolicy[] = []>(
    name: string, on: Defs, handler: TypedHandler<Defs, Input, Policies, Output, Context>, ...policies: Policies
  ): Workflow<Input, Result | ResultBy<Output>, Handled | UnionOfTypes<Defs> | WaitedBy<Policies>, Emitted | EmittedBy<Output> | SentBy<Policies>> {
    return super.step(name, on, handler as never, ...policies) as never;
  }

  /**
   * Name the classes of state objects that runs of this workflow may meet, so that `ctx.get` can rebuild what another
   * process kept. A class that this workflow's steps have set is known.
   */
  registerStates(...classes: readonly StateClass[]): this {
    const { classes: known } = this.definition() as DurableDefinition;
    for (const type of classes) known.set(nameOf(type), type);
    return this;
  }

  /** What happens to live session values when a snapshot is taken. @throws ValidationError for an unknown policy. */
  setSessionPausePolicy(policy: string): this {
    (this.definition() as DurableDefinition).sessions.policy = parsePolicy(policy);
    return this;
  }

  /** Start a run and hand out its handler. Steps begin a few microtasks later: a reader attached at once misses nothing. */
  override runWithHandler(...args: InputArguments<Input, Handled, Emitted>): Promise<WorkflowHandler<Result>> {
    return super.runWithHandler(...args) as Promise<WorkflowHandler<Result>>;
  }

  /** The same as `runWithHandler`. */
  runHandler(...args: InputArguments<Input, Handled, Emitted>): Promise<WorkflowHandler<Result>> { return this.runWithHandler(...args); }

  /**
   * Go on with a run from its snapshot. What was in flight runs again from its event; commits it had made are kept and
   * not repeated. The run keeps its id, its log and its stream go on with the next numbers.
   *
   * @throws SnapshotError when the snapshot is damaged, of another workflow, or the graph has changed (unless
   * `allowChanged`); SnapshotVersionMismatchError when it was written by a newer version.
   */
  async resume(source: PromisedSnapshot, options: ResumeOptions = {}): Promise<WorkflowHandler<Result>> {
    const given = await source;
    if (given === null) throw new SnapshotError(`Cannot resume workflow '${this.name}': there is no snapshot. The run had ended or could not be saved; its handler's snapshot() tells why`);
    return this.resumeBody((await WorkflowSnapshot.from(given)).body, options);
  }

  /** The same as `resume`. */
  resumeFromSnapshot(source: PromisedSnapshot, options: ResumeOptions = {}): Promise<WorkflowHandler<Result>> { return this.resume(source, options); }

  /** The same as `resume` with these `deserializers`. */
  resumeWithSerializableRefs(source: PromisedSnapshot, deserializers: NonNullable<ResumeOptions['deserializers']>): Promise<WorkflowHandler<Result>> {
    return this.resume(source, { deserializers });
  }

  /** @internal Resume the content of a snapshot, at once. */
  resumeBody(body: SnapshotBody, options: ResumeOptions): WorkflowHandler<Result> {
    const handler = resumeBody(this, adapt(this.definition(), body, options), options);
    for (const [key, typeName] of body.session.refs) {
      const read = options.deserializers?.[typeName];
      if (read !== undefined) reviveRef(handler.run.session as Session, key, read);
    }
    return handler;
  }

  /** The graph of this workflow, for `toMermaid`. See `graphOf`. @param log records of a run: what its steps gave there is added. */
  graph(log?: Iterable<GraphRecord>): WorkflowGraph { return graphOf(this, log); }

  /** @internal */
  override handle(run: Run): WorkflowHandler<Result> { return new WorkflowHandler<Result>(run); }
}

/**
 * Define a typed workflow. With an `input` schema (zod or any other Standard Schema), the input of `run` is typed and
 * checked by it; what the steps see as `StartEvent` is what the schema gives.
 */
export function defineWorkflow<S extends StandardSchema = StandardSchema<object | undefined>>(
  name: string, { input, ...options }: Omit<WorkflowOptions, 'parseInput'> & { readonly input?: S } = {},
): Workflow<SchemaInput<S>, never, never> {
  return new Workflow<SchemaInput<S>, never, never>(name, { ...options, ...inputParser(name, input) });
}
