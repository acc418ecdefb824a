import { PersistCorruptError } from '../base/error-classes.ts';
import { decodeJson } from '../base/json-codec.ts';
import { type EventLike, STOP, type WorkflowEvent } from '../events/index.ts';
import type { Execution, Note } from '../workflow/execution.ts';
import type { Emission, Patch } from '../workflow/patch.ts';
import { named } from '../workflow/reducer.ts';
import type { FinalStatus, Run } from '../workflow/run.ts';
import { type Check, isEvent, isList, isNote, isNumber, isOrder, isPatch, isRecord, isText } from './snapshot-body.ts';
import { toUtf8, writeJson } from './write-json.ts';

/** One change of a run on its way to the store. */
export type Change =
  | { readonly kind: 'commit'; readonly execution: Execution; readonly patch: Patch | null; readonly out: Emission;
      readonly items: readonly WorkflowEvent[]; readonly final: boolean; readonly commit: number;
      readonly calls: CallsTold | null }
  | { readonly kind: 'input'; readonly event: WorkflowEvent; readonly inputId: string | null }
  | { readonly kind: 'end'; readonly status: FinalStatus; readonly value: unknown };

/** What a commit tells of its execution's calls: what this one left, which are under way, and in which order others answered. */
export interface CallsTold {
  readonly note: Note | null;
  readonly open: readonly number[];
  readonly answered: readonly number[];
}

/** A change as it is stored. Names are short: there is one per step. */
export interface Delta {
  /** When, milliseconds since the run started. */
  readonly t: number;
  /** Events that were queued and not routed yet; absent for none. */
  readonly q?: number;
  /** The run has scopes. */
  readonly s?: 1;
  /** A commit: step, execution, number, version of the state it read, 1 when it is the last. */
  readonly c?: readonly [step: number, id: number, commit: number, view: number, final: 0 | 1];
  /** State it wrote: key, value, key, value … */
  readonly o?: Patch;
  /** Events it emitted. */
  readonly e?: readonly EventLike[];
  /** What a call left. */
  readonly k?: readonly [kind: string, name: string, value: unknown];
  /** Numbers of calls that were under way, and pairs as in the order of answers. Absent: none. */
  readonly h?: readonly number[];
  readonly d?: readonly number[];
  /** An event from outside. */
  readonly n?: EventLike;
  /** The end for another reason than a StopEvent; without an error when detached work had held back the end. */
  readonly x?: { readonly status: FinalStatus; readonly error?: StoredError };
}

/** The part of an error that can be told elsewhere. */
export interface StoredError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/**
 * A change as it is stored.
 *
 * @param emitted what it emits, as `emittedBy` gives it, and `texts` the same as JSON: told once for the change and its stream items.
 * @throws SerializationError naming the event or value that cannot be stored.
 */
export function encodeChange(change: Change, { elapsed, queue: { size }, scopes }: Run, emitted: readonly WorkflowEvent[], texts: readonly string[]): Uint8Array {
  const head = `{"t":${elapsed}${size > 0 ? `,"q":${size}` : ''}${scopes ? ',"s":1' : ''}`;
  return toUtf8(`${head}${tellChange(change, emitted, texts)}}`);
}

function tellChange(change: Change, emitted: readonly WorkflowEvent[], texts: readonly string[]): string {
  switch (change.kind) {
    case 'commit': {
      const { execution: x, patch, out, final, commit, calls } = change;
      let text = `,"c":[${x.record.index},${x.id},${commit},${x.view},${final ? 1 : 0}]`;
      if (patch !== null) text += `,"o":${writeJson(patch, x.step)}`;
      if (out !== null) text += `,"e":[${upToStop(out).map((event, i) => (event === emitted[i] ? texts[i] : writeJson(event, x.step))).join()}]`;
      if (calls !== null) {
        const { note, open, answered } = calls;
        if (note !== null) text += `,"k":${writeJson([note.kind, note.name, note.value], x.step)}`;
        if (open.length > 0) text += `,"h":[${open.join()}]`;
        if (answered.length > 0) text += `,"d":[${answered.join()}]`;
      }
      return text;
    }
    case 'input': return `,"n":${writeJson(change.event, 'input')}`;
    case 'end': return `,"x":${writeJson({ status: change.status, ...(change.status === 'completed' ? undefined : { error: storedError(change.value) }) }, 'end')}`;
  }
}

/** What is emitted after a StopEvent counts for nothing. */
function upToStop(out: WorkflowEvent | WorkflowEvent[]): WorkflowEvent[] {
  const events = Array.isArray(out) ? out : [out];
  const stop = events.findIndex((event) => event.type === STOP);
  return stop < 0 ? events : events.slice(0, stop + 1);
}

/** Does the change end the run, and how? @param emitted what it emits, as `emittedBy` gives it. */
export function endOf(change: Change, emitted: readonly WorkflowEvent[]): FinalStatus | null {
  if (change.kind === 'end') return change.status;
  return emitted.some((event) => event.type === STOP) ? 'completed' : null;
}

/** What the change emits as it will be seen: with the ids of input requests, and with its scopes. */
export function emittedBy(run: Run, change: Change): readonly WorkflowEvent[] {
  if (change.kind === 'end') return NOTHING;
  const [x, out] = change.kind === 'input' ? [null, change.event] : [change.execution, change.out];
  if (run.scopes) return run.scopes.plan(x, out).out;
  if (Array.isArray(out)) return out.map((event, i) => named(run, event, i));
  return out ? [named(run, out, 0)] : NOTHING;
}

const NOTHING: readonly WorkflowEvent[] = [];

function storedError(error: unknown): StoredError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { code, step, eventType, attempt, commit } = error as Error & Record<string, unknown>;
  return { name: error.name, message: error.message, ...JSON.parse(JSON.stringify({ code, step, eventType, attempt, commit })) as object };
}

const END: readonly unknown[] = ['completed', 'failed', 'aborted', 'timed_out'] satisfies FinalStatus[];

const isError: Check = (error) => error === undefined || isRecord({ name: isText, message: isText })(error);
const FIELDS: Readonly<Record<string, Check>> = {
  c: (value) => Array.isArray(value) && value.length === 5 && value.every(isNumber) && value[2] > 0 && value[4] < 2,
  n: isEvent,
  x: isRecord({ status: (status) => END.includes(status), error: isError }),
};
const isDelta: Check = (value) => {
  const delta = (value ?? {}) as Record<string, unknown>;
  const [kind, ...others] = Object.keys(FIELDS).filter((field) => delta[field] !== undefined);
  return kind !== undefined && others.length === 0 && (FIELDS[kind] as Check)(delta[kind]) && typeof delta['t'] === 'number' && isNumber(delta['q'] ?? 0)
    && isPatch(delta['o'] ?? null) && isList(isEvent)(delta['e'] ?? [])
    && (delta['k'] === undefined || Array.isArray(delta['k']) && isNote(delta['k'])) && isList(isNumber)(delta['h'] ?? []) && isOrder(delta['d'] ?? []);
};

/** @throws PersistCorruptError when the bytes are not those of a change. */
export function decodeChange(bytes: Uint8Array): Delta {
  try {
    const delta = decodeJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isDelta(delta)) return delta as Delta;
  } catch (cause) {
    throw new PersistCorruptError('Cannot read a stored change of the run: it is damaged', { cause });
  }
  throw new PersistCorruptError('Cannot read a stored change of the run: it is of no known kind');
}
