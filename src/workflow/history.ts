import { type EventLike, toEvent } from '../events/index.ts';
import type { Lagged } from './feed.ts';
import type { WorkflowHandler } from './handler.ts';
import type { Patch } from './patch.ts';
import type { Run } from './run.ts';
import { ENDED, FORKED, INPUT, RETRIED } from './run-log.ts';

/** What a record of the run log tells. */
export type RecordType = 'run.started' | 'input.received' | 'step.committed' | 'step.retried' | 'run.ended' | 'run.forked';

/** One record of what a run did. The log is append-only; `seq` starts at 1 and has no gaps. */
export interface RunRecord {
  /** Version of this shape. */
  readonly v: 1;
  readonly runId: string;
  readonly seq: number;
  /** When it happened, milliseconds since the epoch. */
  readonly ts: number;
  readonly type: RecordType;
  /** Name of the step, for `step.*` records. */
  readonly step?: string;
  /** The execution's number, unique in the run together with the step: the number of the event that started it. */
  readonly execution?: number;
  /** The try, 1 for the first. */
  readonly attempt?: number;
  /** The commit's number in its execution, 1 for the first (`step.committed`). */
  readonly commit?: number;
  /** When the execution was dispatched, milliseconds since the epoch. */
  readonly began?: number;
  /** `seq` of the record that emitted the event this execution works on; absent when that record is no longer kept. */
  readonly parentSeq?: number;
  /** Events this record emitted. */
  readonly events?: readonly EventLike[];
  /** State this record wrote: pairs of key and value; `undefined` removes the key. */
  readonly statePatch?: readonly (readonly [key: string, value: unknown])[];
  /** The run that this one branched off, and the commit after which it did (`run.forked`). */
  readonly forkedFrom?: { readonly runId: string; readonly commit: number };
  /** How the run ended (`run.ended`): completed, failed, aborted or timed_out. */
  readonly status?: string;
  /** The result (`run.ended`, completed). */
  readonly result?: unknown;
  /** What was thrown (`step.retried`, or `run.ended` without a result). */
  readonly error?: unknown;
}

// Columns of a record.
const EXECUTION = 1, COUNT = 2, ELAPSED = 3, BEGAN = 4, PAYLOAD = 5, PATCH = 6, EMITTED = 7;

const TYPES: readonly RecordType[] = ['run.started', 'input.received', 'step.committed', 'step.retried', 'run.ended', 'run.forked'];

/** Input requests of the run that wait for an answer, oldest first. */
export function openRequests(handler: WorkflowHandler<unknown>): readonly EventLike[] {
  return handler.run.requests as unknown as readonly EventLike[];
}

/** The records of a run's log that are kept, oldest first. */
export function* readLog(handler: WorkflowHandler<unknown>, from = 1): Generator<RunRecord, void, undefined> {
  const { log } = handler.run;
  for (let seq = Math.max(from, log.lost + 1); seq <= log.seq; seq++) yield recordAt(handler.run, seq);
}

/** Follow a run's log from record `from` (default: the oldest kept) to the end of the run. */
export async function* followLog(handler: WorkflowHandler<unknown>, from?: number): AsyncGenerator<RunRecord | Lagged, void, undefined> {
  for await (const item of handler.run.log.read(from)) {
    if (typeof item !== 'number') yield item;
    else if (item > handler.run.log.lost) yield recordAt(handler.run, item);
    else yield { type: 'blazen::Lagged', missed: 1 };
  }
}

/** State as the kept log tells it: what fell out of the log, and the kept records on top. */
export function foldLog(handler: WorkflowHandler<unknown>): Map<string, unknown> {
  const state = new Map(handler.run.log.base ?? []);
  for (const { statePatch = [] } of readLog(handler)) for (const [key, value] of statePatch) state.set(key, value);
  for (const [key, value] of state) if (value === undefined) state.delete(key);
  return state;
}

function recordAt(run: Run, seq: number): RunRecord {
  const { columns } = run.log;
  const i = run.log.row(seq);
  const head = columns[i] as number;
  const kind = head & 7;
  const payload = columns[i + PAYLOAD];
  const patch = columns[i + PATCH] as Patch | null;
  return {
    v: 1, runId: run.id, seq, ts: run.startedAt + (columns[i + ELAPSED] as number), type: TYPES[kind] as RecordType,
    ...(kind === FORKED ? { forkedFrom: payload as { runId: string; commit: number } } : kind === ENDED ? ending(payload as string, columns[i + EXECUTION]) : kind > INPUT ? executionAt(run, i, head >> 3) : undefined),
    ...(kind === RETRIED ? { error: payload } : kind < ENDED && payload !== null ? { events: (Array.isArray(payload) ? payload : [payload]).map(toEvent) } : undefined),
    ...(patch === null ? undefined : { statePatch: pairs(patch) }),
  };
}

function executionAt(run: Run, i: number, step: number): Partial<RunRecord> {
  const { columns } = run.log;
  const execution = columns[i + EXECUTION] as number;
  const count = columns[i + COUNT] as number;
  const parentSeq = emitterOf(run, execution);
  return {
    step: (run.definition.steps[step] as { name: string }).name, execution,
    ...((columns[i] as number) & 7) === RETRIED ? { attempt: count } : { attempt: 1 + retriesBefore(run, i), commit: count },
    began: run.startedAt + (columns[i + BEGAN] as number), ...(parentSeq === 0 ? undefined : { parentSeq }),
  };
}

/** Tries of the execution in row `i` that failed before it, as far as the log is kept. */
function retriesBefore({ log: { columns, width } }: Run, i: number): number {
  const retried = ((columns[i] as number) & ~7) | RETRIED;
  let count = 0;
  for (let j = i - width; j >= 0; j -= width) if (columns[j] === retried && columns[j + EXECUTION] === columns[i + EXECUTION]) count++;
  return count;
}

/** Number of the record that emitted event number `event`; 0 when it is no longer kept. */
function emitterOf({ log }: Run, event: number): number {
  let low = log.lost + 1, high = log.seq, found = 0;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((log.columns[log.row(middle) + EMITTED] as number) <= event) { found = middle; low = middle + 1; } else high = middle - 1;
  }
  return found;
}

function ending(status: string, value: unknown): Partial<RunRecord> {
  return status === 'completed' ? { status, result: value } : { status, error: value };
}

function pairs(patch: Patch): [string, unknown][] {
  const list: [string, unknown][] = [];
  for (let i = 0; i < patch.length; i += 2) list.push([patch[i] as string, patch[i + 1]]);
  return list;
}
