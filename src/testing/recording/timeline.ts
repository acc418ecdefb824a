import { systemClock } from '../../base/clock.ts';
import { ValidationError } from '../../base/error-classes.ts';
import { uuid } from '../../base/id.ts';
import { encodeJson } from '../../base/json-codec.ts';
import { checkStorable, type Storable } from '../../base/storable.ts';
import { type EventLike, START, STOP } from '../../events/index.ts';
import type { ResumeOptions, Workflow, WorkflowHandler } from '../../durable/index.ts';
import { decodeBase } from '../../durable/base-codec.ts';
import { withParts } from '../../durable/all-parts.ts';
import { capture } from '../../durable/capture.ts';
import { decodeChange, type Delta } from '../../durable/change-codec.ts';
import { foldRun } from '../../durable/fold.ts';
import type { RunStatus } from '../../workflow/index.ts';
import type { Run } from '../../workflow/run.ts';
import { forked } from './fork.ts';
import { type Recording, storedAt } from './recording.ts';

/** Any workflow of `blazen-ts`, whatever its types. */
export type RecordedWorkflow = Pick<Workflow<never, unknown, string, string>, 'name' | 'definition' | 'resumeBody'>;

/** One commit of a run. */
export interface TimelineCommit {
  /** 1 for the first that is kept. */
  readonly n: number;
  /** When, milliseconds since 1970. */
  readonly ts: number;
  readonly type: 'step' | 'input' | 'end';
  /** Of a step's commit: its name, the number of the event it works on, and the commit's number in the execution. */
  readonly step?: string;
  readonly execution?: number;
  readonly commit?: number;
  /** What it emitted, or what came from outside. */
  readonly events: readonly EventLike[];
  /** State it wrote: `undefined` removes a key. */
  readonly statePatch: readonly (readonly [key: string, value: unknown])[];
  /** How the run ended with it, and why; absent unless it did. */
  readonly status?: string;
  readonly error?: unknown;
}

/** A run as it was after a commit. */
export interface TimelineState {
  readonly n: number;
  readonly status: RunStatus;
  readonly state: ReadonlyMap<string, unknown>;
  /** Input requests that were open. */
  readonly requests: readonly EventLike[];
  /** Executions that had begun, or could, and had not made their last commit. */
  readonly inFlight: readonly { readonly step: string; readonly execution: number; readonly event: EventLike; readonly commits: number }[];
}

/** What is different in a branch. */
export interface ForkChanges {
  /** Takes the place of what the commit emitted; at 0, of the start event. */
  readonly event?: EventLike;
  /** Values that are set; `undefined` removes one. */
  readonly state?: Readonly<Record<string, Storable>>;
}

/** A recorded run, commit by commit. No step is called to look at it. */
export class Timeline {
  readonly runId: string;
  readonly commits: readonly TimelineCommit[];
  readonly #recording: Recording;
  readonly #workflow: RecordedWorkflow;
  readonly #deltas: readonly Delta[];

  /** @throws SnapshotError when the recording does not fit the workflow; PersistCorruptError when it is damaged. */
  constructor(recording: Recording, workflow: RecordedWorkflow) {
    this.#recording = recording;
    this.#workflow = workflow;
    this.runId = recording.runId;
    this.#deltas = recording.changes.map(({ delta }) => decodeChange(delta));
    const { startedAt } = this.#fold(0);
    const { steps } = workflow.definition();
    this.commits = this.#deltas.map((delta, i) => commitOf(delta, i + 1, startedAt, (index) => steps[index]?.name ?? `step ${index}`));
  }

  /** The run after commit `n`; 0 is how it began, or what the store had kept last. @throws ValidationError for another `n`. */
  at(n: number): TimelineState {
    const run = this.#fold(n);
    const before = run.ended ? this.#fold(n - 1) : run;
    const state = new Map<string, unknown>();
    for (const [key, cell] of before.cells ?? []) state.set(key, cell.value);
    if (run.ended) for (const [key, value] of pairs(this.#deltas[n - 1]?.o ?? [])) state.set(key, value);
    for (const [key, value] of state) if (value === undefined) state.delete(key);
    const waits = !run.ended && run.inFlight === 0 && run.ready.length === 0 && run.requests.length > 0;
    const { executions } = run.ended ? { executions: [] } : capture(run);
    const { steps } = run.definition;
    return {
      n, status: run.ended ? run.status : waits ? 'waiting' : 'running', state, requests: [...run.requests] as unknown as EventLike[],
      inFlight: executions.map(({ step, id, event, commits }) => ({ step: steps[step]?.name ?? '', execution: id, event, commits })),
    };
  }

  /**
   * A new run that branches off after commit `n`, with another event or other state, and really goes on. It has an id of
   * its own; its log names where it comes from (`run.forked`).
   *
   * @throws ValidationError when there is no such commit, or the run ends with it and `event` does not change that.
   */
  async fork(n: number, changes: ForkChanges = {}, { runId = uuid(), ...options }: ResumeOptions & { readonly runId?: string } = {}): Promise<WorkflowHandler> {
    const { event, state = {} } = changes;
    for (const [key, value] of Object.entries(state)) if (value !== undefined) checkStorable(value, key);
    const run = this.#fold(n, event);
    if (run.ended) throw new ValidationError(`Cannot branch off run ${this.runId} after commit ${n}: it ends there. Branch off before, or give another event`);
    const body = { ...capture(run), runId };
    return this.#workflow.resumeBody(forked(body, this.runId, n, Object.entries(state)), options);
  }

  #fold(n: number, event?: EventLike): Run {
    if (!Number.isSafeInteger(n) || n < 0 || n > this.#deltas.length) throw new ValidationError(`Run ${this.runId} has no commit ${n}: there are ${this.#deltas.length}`);
    const recording = event === undefined ? this.#recording : this.#changed(n, event);
    return foldRun(withParts(this.#workflow.definition()), storedAt(recording, n), systemClock, LOOKED_AT);
  }

  /** The recording with another event at commit `n`. */
  #changed(n: number, event: EventLike): Recording {
    const recording = this.#recording;
    const encode = (value: unknown): Uint8Array => new TextEncoder().encode(encodeJson(value, event.type));
    if (n === 0) {
      const { queue } = decodeBase(recording.base, recording);
      if (queue.length !== 1 || queue[0]?.type !== START) throw new ValidationError(`Cannot change the start event of run ${this.runId}: the recording begins later`);
      const stored = JSON.parse(new TextDecoder().decode(recording.base)) as object;
      const [first] = (JSON.parse(encodeJson([{ ...event, type: START }], event.type)) as EventLike[]);
      return { ...recording, base: new TextEncoder().encode(JSON.stringify({ ...stored, queue: [first] })) };
    }
    const { x, n: input, ...rest } = this.#deltas[n - 1] as Delta;
    if (x !== undefined) throw new ValidationError(`Cannot change commit ${n} of run ${this.runId}: the run ended there without an event`);
    const delta = encode(input === undefined ? { ...rest, e: [event] } : { ...rest, n: event });
    return { ...recording, changes: recording.changes.map((change, i) => (i === n - 1 ? { delta, items: null } : change)) };
  }
}

/** For runs that are only looked at. */
const LOOKED_AT: Run['port'] = { busy: true, commit: () => undefined, publish: () => true, input: () => undefined, end: () => undefined, kick: () => undefined };

function commitOf({ t, c, o, e = [], n, x }: Delta, number: number, startedAt: number, nameOf: (step: number) => string): TimelineCommit {
  const events = n === undefined ? e : [n];
  const end = x ?? (events.some(({ type }) => type === STOP) ? { status: 'completed' } : null);
  return {
    n: number, ts: startedAt + t, type: c !== undefined ? 'step' : n !== undefined ? 'input' : 'end',
    ...(c === undefined ? undefined : { step: nameOf(c[0]), execution: c[1], commit: c[2] }),
    events, statePatch: pairs(o ?? []), ...(end === null ? undefined : { status: end.status }), ...(x === undefined ? undefined : { error: x.error }),
  };
}

function pairs(patch: readonly unknown[]): (readonly [string, unknown])[] {
  const list: [string, unknown][] = [];
  for (let i = 0; i < patch.length; i += 2) list.push([patch[i] as string, patch[i + 1]]);
  return list;
}
