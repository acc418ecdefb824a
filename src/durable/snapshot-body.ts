import { SnapshotError } from '../base/error-classes.ts';
import { COLLECTED, type EventLike } from '../events/index.ts';
import { COMMITTED, RETRIED } from '../workflow/run-log.ts';
import { around } from '../workflow/scope-path.ts';
import type { ScopesRecord } from './scope-record.ts';
import { inconsistency } from './consistent.ts';
import { newer } from './snapshot-document.ts';

/** Version of the body. A reader refuses newer ones. */
export const BODY_VERSION = 2;

/** Pairs of key and value. */
export type Entries = readonly (readonly [key: string, value: unknown])[];

/** An execution that has not made its last commit: it will run again from its event. */
export interface ExecutionRecord {
  /** Index of the step. */
  readonly step: number;
  /** Number of the event that started it. */
  readonly id: number;
  readonly event: EventLike;
  /** Commits it has made: they are skipped, not repeated. */
  readonly commits: number;
  readonly attempt: number;
  /** Values as it saw them, where they have changed since; only for executions that have committed something. */
  readonly seen: Entries;
  /** What its calls left, the numbers of those that came to nothing so far, and in which order they answered. */
  readonly notes?: readonly NoteRecord[];
  readonly open?: readonly number[];
  readonly order?: readonly number[];
  /** It does nothing but wait for one of them: its function is not called before. */
  readonly idle?: true;
}

/** What one call left. */
export type NoteRecord = readonly [commit: number, kind: string, name: string, value: unknown];

/** What policies keep for a step. */
export interface StepStateRecord {
  readonly step: number;
  readonly taken: number;
  readonly need: number;
  readonly waiting: readonly { readonly event: EventLike; readonly id: number }[];
  readonly gathered: readonly (readonly [type: string, events: readonly EventLike[]])[];
}

/** Everything that a run is, apart from live values: the content of a snapshot. */
export interface SnapshotBody {
  readonly v: number;
  readonly workflow: string;
  /** The graph: each step's name and the event types it accepts. */
  readonly steps: readonly (readonly [name: string, types: readonly string[]])[];
  readonly runId: string;
  /** When the run started and when the snapshot was taken, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly takenAt: number;
  /** Active time the run has left, milliseconds; 0 for no limit. */
  readonly remainingMs: number;
  readonly version: number;
  readonly routed: number;
  readonly state: Entries;
  readonly queue: readonly EventLike[];
  readonly executions: readonly ExecutionRecord[];
  readonly requests: readonly EventLike[];
  readonly stepStates: readonly StepStateRecord[];
  readonly unhandled: readonly string[];
  /** Number of the newest log record, and the flat columns of those kept. */
  readonly log: { readonly seq: number; readonly columns: readonly unknown[]; readonly base: Entries };
  /** Number of the newest stream item, and the flat columns of those kept. */
  readonly stream: { readonly seq: number; readonly columns: readonly unknown[] };
  /** What travels beside the run: session values that serialise themselves, names of those left behind. */
  /** Its scopes; absent when it has had none. */
  readonly scopes?: ScopesRecord;
  readonly session: { readonly refs: readonly (readonly [key: string, type: string, bytes: Uint8Array])[]; readonly dropped: readonly string[] };
}

/** True when a value of a snapshot is what it has to be. */
export type Check = (value: unknown) => boolean;

export const isNumber: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
export const isText: Check = (value) => typeof value === 'string';
export const isList = (item: Check): Check => (value) => Array.isArray(value) && value.every(item);
export const isEvent: Check = (value) => {
  const event = value as EventLike | null | undefined;
  return isText(event?.type) && (event?.type !== COLLECTED || isList(isEvent)(event['events']));
};
export const isRecord = (fields: Record<string, Check>): Check => (value) =>
  typeof value === 'object' && value !== null && Object.entries(fields).every(([key, check]) => check((value as Record<string, unknown>)[key]));
export const isPair = (second: Check): Check => (value) => Array.isArray(value) && value.length === 2 && isText(value[0]) && second(value[1]);
export const anything: Check = () => true;
const entries = isList(isPair(anything));
/** The kept end of a numbered sequence, its rows flat. */
export const isFeed = (width: number, row: (cells: readonly unknown[]) => boolean): Check => (value) => {
  const { seq, columns } = (value ?? {}) as { readonly seq?: unknown; readonly columns?: unknown };
  if (!isNumber(seq) || !Array.isArray(columns) || columns.length % width !== 0 || columns.length / width > (seq as number)) return false;
  for (let i = 0; i < columns.length; i += width) if (!row(columns.slice(i, i + width))) return false;
  return true;
};
/** State that a commit wrote, or null. */
export const isPatch: Check = (patch) => patch === null || Array.isArray(patch) && patch.length % 2 === 0 && patch.every((cell, i) => i % 2 === 1 || isText(cell));
const isTime: Check = (value) => typeof value === 'number';
const isLogRow = ([kind, , count, elapsed, began, payload, patch, emitted]: readonly unknown[]): boolean => isNumber(kind) && isNumber(count) && isTime(elapsed) && isTime(began)
  && ((kind as number) % 8 >= RETRIED || payload === null || isEvent(payload) || isList(isEvent)(payload))
  && isPatch(patch) && isNumber(emitted);

const areStates: Check = isList(isRecord({
  step: isNumber, taken: isNumber, need: isNumber, waiting: isList(isRecord({ event: isEvent, id: isNumber })), gathered: isList(isPair(isList(isEvent))),
}));

const isPath: Check = (value) => typeof value === 'string' && /^\/&?[^/&]+(\/[^/&]+)*$/.test(value);

const isScopes: Check = (value) => {
  if (!isRecord({ open: isList(isPath), stopped: (stopped) => stopped === null || isRecord({ result: anything })(stopped), stepStates: isList(isPair(areStates)) })(value)) return false;
  const { open, stepStates } = value as ScopesRecord;
  const known = new Set(open);
  return known.size === open.length && open.every((path, i) => around(path) === '' || open.slice(0, i).includes(around(path)))
    && stepStates.every(([path]) => known.has(path));
};

const isFlag: Check = (value) => typeof value === 'boolean';
const isWaitState: Check = (value) => isRecord({
  need: isNumber, match: (match) => match === null || isRecord({})(match), due: (due) => due === null || isNumber(due), after: isNumber, events: isList(isEvent), timedOut: isFlag,
})(value) && (value as { need: number }).need > 0 && (value as { events: unknown[]; need: number }).events.length <= (value as { need: number }).need;
/** What a call left: its kind, its name and its value. */
export const isNote = ([kind, name, value, ...more]: readonly unknown[]): boolean =>
  more.length === 0 && isText(name) && (kind === 'run' || kind === 'sleep' && isNumber(value) || (kind === 'waitFor' || kind === 'collect') && isWaitState(value));
/** Pairs of a call's number, each once, and how many calls had been made by then. */
export const isOrder: Check = (value) => Array.isArray(value) && value.length % 2 === 0 && isUnique(value.filter((_, i) => i % 2 === 0))
  && value.every((number, i) => isNumber(number) && number > 0 && (i % 2 === 0 || number >= (value[i - 1] as number) && number >= (value[i - 2] as number ?? 0)));
const isUnique = (list: readonly unknown[]): boolean => new Set(list).size === list.length;
/** Have the execution's calls left something that they can have left? */
const isConsistent = ({ commits, notes = [], open = [], order = [], idle }: ExecutionRecord): boolean => {
  if (![notes, open].every((list) => Array.isArray(list)) || ![undefined, true].includes(idle)) return false;
  if (!notes.every((note) => Array.isArray(note) && isNote(note.slice(1)))) return false;
  const numbers: unknown[] = [...notes.map(([number]) => number), ...open];
  return numbers.every((number) => isNumber(number) && (number as number) > 0 && (number as number) <= commits) && isUnique(numbers)
    && isOrder(order) && order.every((number) => number <= commits);
};

const FIELDS: Required<Record<keyof SnapshotBody, Check>> = {
  v: isNumber, workflow: isText, runId: isText, startedAt: isNumber, takenAt: isNumber, remainingMs: (value) => typeof value === 'number' && value >= 0,
  version: isNumber, routed: isNumber, state: entries, queue: isList(isEvent), requests: isList(isEvent), unhandled: isList(isText),
  steps: isList(isPair(isList(isText))),
  executions: isList((value) => isRecord({ step: isNumber, id: isNumber, event: isEvent, commits: isNumber, attempt: isNumber, seen: entries })(value) && isConsistent(value as ExecutionRecord)),
  stepStates: areStates,
  scopes: (value) => value === undefined || isScopes(value),
  log: (value) => isFeed(8, isLogRow)(value) && entries((value as SnapshotBody['log']).base),
  stream: isFeed(2, ([event, published]) => isEvent(event) && typeof published === 'boolean'),
  session: isRecord({ refs: isList((value) => Array.isArray(value) && isText(value[0]) && isText(value[1]) && value[2] instanceof Uint8Array), dropped: isList(isText) }),
};

/** @throws SnapshotVersionMismatchError for a newer version, SnapshotError naming the field that does not fit. */
export function checkBody(value: unknown): asserts value is SnapshotBody {
  if (typeof value !== 'object' || value === null) throw new SnapshotError('Cannot read the snapshot: it holds no run');
  const { v } = value as SnapshotBody;
  if (typeof v === 'number' && v > BODY_VERSION) throw newer(v, BODY_VERSION);
  for (const [field, check] of Object.entries(FIELDS)) {
    if (!check((value as Record<string, unknown>)[field])) throw new SnapshotError(`Cannot read the snapshot: its '${field}' is damaged`);
  }
  const { steps, executions, stepStates, log, scopes } = value as SnapshotBody;
  const named = log.columns.filter((kind, i) => i % 8 === 0 && ((kind as number) % 8 === COMMITTED || (kind as number) % 8 === RETRIED)).map((kind) => ({ step: (kind as number) >> 3 }));
  if ([...executions, ...stepStates, ...(scopes?.stepStates ?? []).flatMap(([, states]) => states), ...named].some(({ step }) => step < 0 || step >= steps.length)) throw new SnapshotError('Cannot read the snapshot: it names a step that its graph does not have');
  const field = inconsistency(value as SnapshotBody);
  if (field !== null) throw new SnapshotError(`Cannot read the snapshot: its '${field}' does not go with the rest of it`);
}
