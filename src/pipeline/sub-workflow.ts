import { AbortedError, UnsupportedError } from '../base/error-classes.ts';
import { untilRest } from '../durable/pause.ts';
import type { ResumeOptions, SnapshotSource } from '../durable/index.ts';
import { type EventLike, INPUT_REQUEST, INPUT_RESPONSE, type InputRequest, WorkflowEvent } from '../events/index.ts';
import { immediate } from '../workflow/engine.ts';
import type { Context, WorkflowHandler } from '../workflow/index.ts';
import type { Run } from '../workflow/run.ts';
import { relay, withPath } from './relay.ts';
import { JoinStrategy } from './stage.ts';

/** A workflow that can run inside a step. One of `blazen-ts` may also ask a human; one of `blazen-ts/workflow` may not. */
export interface InnerWorkflow<Result = unknown> {
  readonly name: string;
  runWithHandler(...args: never): Promise<WorkflowHandler<Result>>;
  resume?(source: SnapshotSource, options?: ResumeOptions): Promise<WorkflowHandler<unknown>>;
}

/** What an inner workflow gives. */
export type InnerResult<W> = W extends { runWithHandler(...args: never): Promise<WorkflowHandler<infer Result>> } ? Result : never;

/** The questions of inner workflows: they park the outer run. */
export type Questions = readonly (EventLike & InputRequest & { readonly type: typeof INPUT_REQUEST })[];

/** The event a step with inner workflows ends with unless it is told otherwise. */
export type SubWorkflowCompleted<Result = unknown> = EventLike & {
  readonly type: 'blazen::SubWorkflowCompleted';
  readonly step: string;
  readonly result: Result;
};

/**
 * A step handler that runs a workflow. Its stream is shown in the outer one, each event with its `pathOf`; its failure is
 * the step's failure; what aborts the step aborts it.
 *
 * On a durable host it is one step: a crash lets it run again from its start, and what it shows is stored at its end. Live
 * events pass at once.
 *
 * When it asks for input, the outer run waits as if it had asked itself, under an id of its own; let the step accept
 * `InputResponseEvent` too then. It goes on when all it asked at once is answered, also after a restart.
 *
 * @param mapInput makes its input. Default: the event's data.
 * @param mapOutput makes what the step gives. Default: a `blazen::SubWorkflowCompleted` with the `result`.
 * @example
 * const length = new Workflow('length').addStep('count', ['blazen::StartEvent'], (event) => stop(String(event.text).length));
 * const outer = new Workflow('outer')
 *   .addStep('length', ['blazen::StartEvent'], subWorkflow(length, undefined, (result) => ({ type: 'Counted', result })))
 *   .addStep('end', ['Counted'], (event) => stop(event.result));
 * (await outer.run({ text: 'tides' })).data; // 5
 */
export function subWorkflow<W extends InnerWorkflow, In = EventLike, Out = SubWorkflowCompleted<InnerResult<W>>>(
  workflow: W, mapInput?: (event: In, context: Context) => object | undefined, mapOutput?: (result: InnerResult<W>, context: Context) => Out,
): (event: In, context: Context) => Out | null | Promise<Out | Questions> {
  return innerStep<In, Out>([['', workflow]], JoinStrategy.WaitAll, mapInput, (results, context) => finish(results[0]?.[1] as InnerResult<W>, context, mapOutput));
}

/**
 * A step handler that runs several workflows at once on the same input, as `subWorkflow` does one. The result holds theirs
 * by name.
 *
 * @param joinStrategy `FirstCompletes`: the first that succeeds is the result, by its name alone, and the others are
 * aborted. Default: `WaitAll`; the first failure aborts the others.
 */
export function parallelWorkflows<Ws extends Readonly<Record<string, InnerWorkflow>>, In = EventLike, Out = SubWorkflowCompleted<Partial<Results<Ws>>>>(
  workflows: Ws, mapInput?: (event: In, context: Context) => object | undefined, mapOutput?: (results: Partial<Results<Ws>>, context: Context) => Out,
  joinStrategy: JoinStrategy = JoinStrategy.WaitAll,
): (event: In, context: Context) => Out | null | Promise<Out | Questions> {
  return innerStep<In, Out>(Object.entries(workflows), joinStrategy, mapInput, (results, context) => finish(Object.fromEntries(results) as Partial<Results<Ws>>, context, mapOutput));
}

type Results<Ws extends Readonly<Record<string, InnerWorkflow>>> = { readonly [Name in keyof Ws]: InnerResult<Ws[Name]> };

function finish<Result, Out>(result: Result, context: Context, mapOutput: ((result: Result, context: Context) => Out) | undefined): Out {
  return mapOutput === undefined ? { type: 'blazen::SubWorkflowCompleted', step: context.step, result } as Out : mapOutput(result, context);
}

/** What a step keeps, in the outer run's state, while its inner workflows wait for answers. */
interface Parked {
  readonly done: readonly (readonly [name: string, result: unknown])[];
  readonly snapshots: readonly (readonly [name: string, snapshot: string])[];
  /** Outer id, inner workflow and inner id of each question. */
  readonly questions: readonly (readonly [id: string, name: string, inner: string])[];
  readonly answers: readonly (readonly [id: string, response: unknown])[];
}

const NOTHING: Parked = { done: [], snapshots: [], questions: [], answers: [] };
const STATE = 'blazen::inner/';

function innerStep<In, Out>(
  workflows: readonly (readonly [name: string, workflow: InnerWorkflow])[], join: JoinStrategy,
  mapInput: ((event: In, context: Context) => object | undefined) | undefined,
  end: (results: readonly (readonly [name: string, result: unknown])[], context: Context) => Out,
): (event: In, context: Context) => Out | null | Promise<Out | Questions> {
  const advance = async (key: string, parked: Parked, input: object | undefined, context: Context): Promise<Out | Questions> => {
    const next = await runInner(workflows, join, key, parked, input, context);
    if (next.questions.length === 0) {
      if (parked !== NOTHING) context.set(STATE + key, undefined);
      return end(next.done, context);
    }
    context.set(STATE + key, next as never);
    return next.requests;
  };
  return (event, context) => {
    const fields = event as EventLike;
    if (fields.type !== INPUT_RESPONSE) {
      const input = mapInput === undefined ? (({ type: _, ...rest }) => rest)(fields) : mapInput(event, context);
      return advance(context.idempotencyKey, NOTHING, input, context);
    }
    // Answers of others pass by. At once, so that the next answer sees this one.
    const id = String(fields['request_id']);
    const key = keyOf(id, context.runId());
    if (context.get(STATE + key) === null) return null;
    const parked = context.update(STATE + key, (value) => ({ ...value as Parked, answers: [...(value as Parked).answers, [id, fields['response']]] }) as never) as Parked;
    if (parked.answers.length < parked.questions.length) return null;
    return advance(key, parked, undefined, context);
  };
}

/** The execution that asked, as its questions' ids tell it. */
function keyOf(id: string, runId: string): string {
  const rest = id.startsWith(`${runId}/`) ? /^\d+\.\d+(?=\/)/.exec(id.slice(runId.length + 1)) : null;
  return `${runId}/${rest?.[0]}`;
}

/** Start what has not begun, go on with what was parked, and give what has ended and what waits now. */
async function runInner(
  workflows: readonly (readonly [name: string, workflow: InnerWorkflow])[], join: JoinStrategy, key: string, parked: Parked, input: object | undefined, context: Context,
): Promise<Parked & { readonly requests: Questions }> {
  const stop = new AbortController();
  const { owner } = context as Context & { readonly owner: Run };
  const options = { signal: AbortSignal.any([context.signal, stop.signal]), clock: owner.clock };
  // Stored when all is known: after a crash they run again, and may not show things in the order of before.
  const shown = owner.port === immediate ? null : new Map<string, EventLike[]>(workflows.map(([name]) => [name, []]));
  const fresh = parked === NOTHING;
  const runs = workflows.filter(([name]) => fresh || parked.snapshots.some(([other]) => other === name)).map(async ([name, workflow]) => {
    const saved = parked.snapshots.find(([other]) => other === name)?.[1];
    const handler = saved === undefined || workflow.resume === undefined
      ? await workflow.runWithHandler(...[input, { ...options, runId: `${key}/${name || workflow.name}` }] as never[] as never)
      : await workflow.resume(saved, options);
    show(handler.run, name, context, shown?.get(name));
    for (const [id, owner, inner] of parked.questions) if (owner === name) handler.respondToInput(inner, parked.answers.find(([other]) => other === id)?.[1]);
    let status = await untilRest(handler.run);
    // One that only sleeps, or waits for an event of its own, goes on by itself.
    while (status === 'waiting' && handler.run.requests.length === 0 && handler.run.idle > 0) {
      await handler.run.wait();
      status = await untilRest(handler.run);
    }
    return { name, handler, result: status === 'waiting' ? null : [name, (await handler.result()).data] as const };
  });
  try {
    const rested = join === JoinStrategy.WaitAll ? await Promise.all(runs) : await firstOf(runs);
    const waiting = rested.filter(({ result }) => result === null);
    const done = [...parked.done, ...rested.flatMap(({ result }) => (result === null ? [] : [result]))];
    const snapshots: [string, string][] = [];
    const questions: [string, string, string][] = [];
    const requests: EventLike[] = [];
    for (const { name, handler } of waiting) {
      const asked = handler.run.requests as unknown as readonly EventLike[];
      if (asked.length === 0 || !('snapshot' in handler)) {
        throw new UnsupportedError(`Workflow '${handler.run.definition.name}' cannot wait ${asked.length === 0 ? 'for another runtime' : 'for input'} inside a step. Make it a stage of a pipeline${asked.length === 0 ? '' : ', or take Workflow from blazen-ts'}`);
      }
      snapshots.push([name, String(await (handler.snapshot as () => Promise<unknown>)())]);
      for (const request of asked) {
        const inner = String(request['request_id']);
        const id = `${key}/${name}/${inner}`;
        questions.push([id, name, inner]);
        requests.push(withPath({ ...request, request_id: id }, pathIn(context, name)));
      }
    }
    for (const event of [...shown?.values() ?? []].flat()) context.writeEventToStream(event);
    return { done, snapshots, questions, answers: [], requests: requests.map((request) => new WorkflowEvent(request)) as never };
  } finally {
    // What waits goes on from its snapshot; what still runs has lost.
    stop.abort(new AbortedError(`Step '${context.step}' is over`));
    for (const run of runs) run.catch(() => undefined);
  }
}

interface Rested { readonly name: string; readonly handler: WorkflowHandler<unknown>; readonly result: readonly [string, unknown] | null }

/** The first that ends with a result; when none does, those that wait. @throws what the first threw when all failed. */
async function firstOf(runs: readonly Promise<Rested>[]): Promise<readonly Rested[]> {
  const ended = runs.map(async (run) => {
    const rested = await run;
    if (rested.result === null) throw rested;
    return rested;
  });
  try {
    return [await Promise.any(ended)];
  } catch {
    const settled = await Promise.allSettled(runs);
    const waiting = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (waiting.length === 0) throw (settled[0] as PromiseRejectedResult).reason;
    return waiting;
  }
}

function pathIn(context: Context, name: string): string[] {
  return name ? [context.step, name] : [context.step];
}

/** Show what an inner run shows in the outer one, or keep it for `later`; questions and answers are told by the outer run itself. */
function show(run: Run, name: string, context: Context, later: EventLike[] | undefined): void {
  const path = pathIn(context, name);
  const write = (event: EventLike): boolean => (later === undefined ? context.writeEventToStream(event) : later.push(event) > 0);
  relay(run, {
    show: (event) => event.type === INPUT_REQUEST || event.type === INPUT_RESPONSE || write(withPath(event as never, path)),
    live: (event) => context.live(withPath(event as never, path)),
    drained: () => context.drained(),
  });
}
