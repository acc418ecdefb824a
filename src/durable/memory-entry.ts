import type { CheckpointHead } from '../spec/checkpoint-head.ts';
import { ByteList } from './byte-list.ts';

/** What is known of a run in memory without its bytes. */
export interface Head extends CheckpointHead {
  readonly runId: string;
  /** Position in `list`. */
  readonly place: number;
}

/** A run in memory, its head in the same object. */
export interface Entry extends Head {
  base: Uint8Array;
  /** The changes since the base. */
  readonly deltas: ByteList;
  /** Data of the stream items, the oldest first: the newest has the number `streamSeq`. */
  readonly items: ByteList;
  /** By id, in order of arrival; null once it is used. */
  readonly inputs: Map<string, { readonly seq: number; readonly data: Uint8Array } | null>;
}

/**
 * A run that nobody works on: text with one character per byte, because an object for each part of it costs more than what
 * is in it. A line of JSON, then the bytes of the run.
 */
export type Asleep = string;

/** Bytes of a run up to which it is put to sleep. */
const SMALL = 4096;
/** What of a head is told; of one that nobody works on the rest follows. */
const TOLD = ['place', 'workflow', 'status', 'version', 'streamSeq', 'createdAt', 'inputSeq', 'lastCommit', 'wakeAt'] as const satisfies (keyof Head)[];
/** What is told, how long it was written to, the ids of used inputs, how many deltas there are, and the length of each piece. */
type Line = readonly [head: readonly unknown[], took: number, used: readonly string[], deltas: number, ...lengths: number[]];

/** The run as it is to be kept while nobody writes. */
export function layDown(entry: Entry): Entry | Asleep {
  const { createdAt, updatedAt, wakeAt, dueAt, base, deltas, items, inputs } = entry;
  deltas.trim();
  items.trim();
  if (base.length + deltas.size + items.size > SMALL || dueAt !== wakeAt || [...inputs.values()].some((input) => input !== null)) return entry;
  const pieces = [base, ...deltas.list(), ...items.list()];
  const line: Line = [TOLD.map((field) => entry[field]), updatedAt - createdAt, [...inputs.keys()], deltas.length, ...pieces.map((piece) => piece.length)];
  return [JSON.stringify(line), '\n', ...pieces.map((piece) => String.fromCharCode(...piece))].join('');
}

/** The head of a run, awake or asleep. */
export function headOf(runId: string, run: Entry | Asleep): Head { return typeof run === 'string' ? headIn(runId, lineOf(run)) : run; }

/** The run; one that is asleep is read, and still asleep. */
export function entryOf(runId: string, run: Entry | Asleep): Entry {
  if (typeof run !== 'string') return run;
  const line = lineOf(run);
  const [, , used, count, ...lengths] = line;
  let at = run.indexOf('\n') + 1;
  const [base = new Uint8Array(0), ...pieces] = lengths.map((length) => bytesOf(run.slice(at, at += length)));
  const entry: Entry = { ...headIn(runId, line), base, deltas: new ByteList(), items: new ByteList(), inputs: new Map(used.map((id) => [id, null])) };
  for (const [i, piece] of pieces.entries()) (i < count ? entry.deltas : entry.items).push(piece);
  return entry;
}

function lineOf(run: Asleep): Line { return JSON.parse(run.slice(0, run.indexOf('\n'))) as Line; }

function headIn(runId: string, [told, took]: Line): Head {
  const head = Object.fromEntries(TOLD.map((field, i) => [field, told[i]])) as unknown as Head;
  return { ...head, runId, updatedAt: head.createdAt + took, fence: 0, owner: null, dueAt: head.wakeAt };
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
