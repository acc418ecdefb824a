import { PersistCorruptError } from '../base/error-classes.ts';
import { decodeJson } from '../base/json-codec.ts';
import type { CheckpointItem } from '../spec/checkpoint.ts';
import { type EventLike, START, STOP, type WorkflowEvent } from '../events/index.ts';
import type { Execution, Note } from '../workflow/execution.ts';
import type { Emission, Patch } from '../workflow/patch.ts';
import { named } from '../workflow/reducer.ts';
import type { FinalStatus, Run } from '../workflow/run.ts';
import { isNote, isOrder } from './call-checks.ts';
import { type Check, isEvent, isList, isNumber, isPatch, isRecord, isText } from './checks.ts';
import { JsonBytes } from './json-bytes.ts';

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

/** A commit of an execution on its way to the store. */
export function commitOf(execution: Execution, patch: Patch | null, out: Emission, items: readonly WorkflowEvent[], final: boolean, commit: number, note: Note | null): Change {
  return { kind: 'commit', execution, patch: patch === null || patch.length === 0 ? null : patch, out, items, final, commit, calls: callsOf(execution, note) };
}

/** What is stored with a commit of an execution that has made calls. */
function callsOf({ journal }: Execution, note: Note | null): CallsTold | null {
  if (journal === undefined) return null;
  const { open, order, stored } = journal;
  journal.stored = order.length;
  return { note, open: [...open], answered: order.slice(stored) };
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

/** A change as a store takes it. */
export interface Told {
  readonly delta: Uint8Array;
  /** What it shows to the readers of the run. */
  readonly items: readonly CheckpointItem[];
  /** Does it end the run, and how? */
  readonly status: FinalStatus | null;
}

/** Bytes up to which a writer is kept for the next change. */
const KEPT = 65_536;

/** For all runs: writing never waits. Null while it is in use. */
let writer: JsonBytes | null = null;

/**
 * A change as a store takes it. What it emits is written once, for the change and for its stream items.
 *
 * @throws SerializationError naming the event or value that cannot be stored.
 */
export function tell(run: Run, change: Change): Told {
  const json = writer ?? new JsonBytes();
  writer = null;
  json.size = 0;
  const told = write(json, run, change, emittedBy(run, change));
  // One that has grown for something large is not kept.
  if (json.size < KEPT) writer = json;
  return told;
}

function write(json: JsonBytes, run: Run, change: Change, emitted: readonly WorkflowEvent[]): Told {
  const { elapsed, queue: { size: queued }, scopes, stream } = run;
  json.text('{"t":').number(elapsed);
  if (queued > 0) json.text(',"q":').number(queued);
  if (scopes) json.text(',"s":1');
  let places: readonly number[] = NOTHING;
  if (change.kind === 'commit') places = writeCommit(json, change);
  else if (change.kind === 'input') places = [json.text(',"n":').size, json.value(change.event, 'input').size];
  else json.text(',"x":').value({ status: change.status, ...(change.status === 'completed' ? undefined : { error: storedError(change.value) }) }, 'end');
  const delta = json.text('}').from(0);
  let items: CheckpointItem[] = NOTHING;
  let seq = stream?.seq ?? 0;
  if (change.kind === 'commit') {
    for (const event of change.items) {
      const { size } = json;
      items = append(items, { seq: ++seq, data: json.text('{"event":').value(event, 'stream').text(',"published":true}').from(size) });
    }
  }
  let status = change.kind === 'end' ? change.status : null;
  for (let i = 0; i < emitted.length; i++) {
    const event = emitted[i] as WorkflowEvent;
    if (event.type === STOP) {
      status = 'completed';
      break;
    }
    if (event.type === START) continue;
    const { size } = json;
    json.text('{"event":');
    // Most are emitted as they were given.
    if (event === givenBy(change, i)) json.again(places[2 * i] as number, places[2 * i + 1] as number);
    else json.value(event, change.kind === 'commit' ? change.execution.step : change.kind);
    items = append(items, { seq: ++seq, data: json.text(',"published":false}').from(size) });
  }
  return { delta, items, status };
}

/** Gives begin and end of each event in it. */
function writeCommit(json: JsonBytes, change: Change & { readonly kind: 'commit' }): readonly number[] {
  const { execution: x, patch, out, final, commit, calls } = change;
  json.text(',"c":[').number(x.record.index).text(',').number(x.id).text(',').number(commit).text(',').number(x.view).text(final ? ',1]' : ',0]');
  if (patch !== null) json.text(',"o":').value(patch, x.step);
  let places: number[] = NOTHING;
  if (Array.isArray(out)) {
    places = [];
    json.text(',"e":[');
    for (const event of out) {
      places.push((places.length > 0 ? json.text(',') : json).size, json.value(event, x.step).size);
      // What is emitted after a StopEvent counts for nothing.
      if (event.type === STOP) break;
    }
    json.text(']');
  } else if (out !== null) {
    places = [json.text(',"e":[').size, json.value(out, x.step).size];
    json.text(']');
  }
  if (calls === null) return places;
  const { note, open, answered } = calls;
  if (note !== null) json.text(',"k":').value([note.kind, note.name, note.value], x.step);
  if (open.length > 0) json.text(',"h":').value(open, '');
  if (answered.length > 0) json.text(',"d":').value(answered, '');
  return places;
}

/** Event number `i` of the change, as it was given. */
function givenBy(change: Change, i: number): WorkflowEvent | null | undefined {
  if (change.kind === 'end') return null;
  const given = change.kind === 'input' ? change.event : change.out;
  return Array.isArray(given) ? given[i] : i === 0 ? given : null;
}

/** What the change emits as it will be seen: with the ids of input requests, and with its scopes. */
export function emittedBy(run: Run, change: Change): readonly WorkflowEvent[] {
  if (change.kind === 'end') return NOTHING;
  const [x, out] = change.kind === 'input' ? [null, change.event] : [change.execution, change.out];
  if (run.scopes) return run.scopes.plan(x, out).out;
  if (Array.isArray(out)) return out.map((event, i) => named(run, event, i));
  return out ? [named(run, out, 0)] : NOTHING;
}

const NOTHING: never[] = [];

/** A list of one is the common case, and a literal has no room for more. */
function append<Item>(list: Item[], item: Item): Item[] {
  if (list.length === 0) return [item];
  list.push(item);
  return list;
}

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
