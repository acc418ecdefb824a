import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CheckpointInput, CheckpointItem } from '../spec/checkpoint.ts';
import type { CheckpointHead } from '../spec/checkpoint-head.ts';
import { damaged, decodeRecord, encodeRecord, type FileRecord } from './file-record.ts';

// A run is a folder of numbered records, each linked into its place with link(2), which fails when the number is taken.
// So of all processes that want to write record n + 1 one wins, on the state it has seen; the others look again. There is
// no lock that a dead process could leave behind. A full record holds the whole run; what lies before it is deleted in
// ascending order, its stream items having been moved to a file of their own.

/** What a process keeps of a run it has looked at: little, for there may be many. */
export interface OpenRun {
  readonly runId: string;
  /** Which life of the run this is, its folder's name: another after it was deleted and created again. */
  readonly life: number;
  /** Newest record, and the highest number taken: a torn record takes one too. */
  readonly newest: number;
  readonly taken: number;
  /** Newest full record, and the one before it. */
  readonly full: number;
  readonly beforeFull: number;
  readonly head: CheckpointHead;
  /** By id in order of arrival; null once it is used. */
  readonly inputs: ReadonlyMap<string, CheckpointInput | null>;
}

/** Everything of a run but its older stream. */
export interface WholeRun extends OpenRun {
  readonly folder: string;
  readonly base: Uint8Array;
  readonly deltas: readonly Uint8Array[];
  /** Since the full record. */
  readonly items: readonly CheckpointItem[];
}

/** Is it still the newest state? Deleting goes upwards, so a record whose predecessor is there was never deleted. */
export function isCurrent(folder: string, { taken }: OpenRun): boolean {
  return !existsSync(join(folder, String(taken + 1))) && existsSync(join(folder, String(taken)));
}

/** Read a run; null when its folder is gone. */
export function loadRun(folder: string, onTorn: (path: string) => void): WholeRun | null {
  for (let seen = '';;) {
    const names = list(folder);
    if (names === null) return null;
    const run = walk(folder, Math.max(0, ...names.map(Number).filter((n) => n > 0)), onTorn);
    if (run !== null) return run;
    // Something is missing. Another process may have moved on meanwhile; then the names have changed.
    if (names.sort().join() === seen) throw damaged(folder, 'records are missing');
    seen = names.join();
  }
}

/** Go down from the newest record to a full one; null when one in between is missing. */
function walk(folder: string, taken: number, onTorn: (path: string) => void): WholeRun | null {
  const records: FileRecord[] = [];
  let newest = 0;
  let wanted = 0;
  for (let n = taken; n > 0; n--) {
    if (wanted > 0 && n > wanted) continue;
    const path = join(folder, String(n));
    const bytes = read(path);
    if (bytes === null) return null;
    const record = decodeRecord(bytes, path);
    if (record === null) {
      // Only the newest may be torn: whoever writes next leaves it out.
      if (newest > 0) throw damaged(path, 'its end is missing');
      onTorn(path);
      continue;
    }
    if (newest === 0) newest = n;
    records.push(record);
    wanted = record.previous;
    if (record.base !== undefined) return assemble(folder, records.reverse(), { newest, taken, full: n, beforeFull: record.previous });
  }
  return null;
}

function assemble(folder: string, records: readonly FileRecord[], place: Pick<OpenRun, 'newest' | 'taken' | 'full' | 'beforeFull'>): WholeRun {
  const [first, last] = [records[0] as FileRecord, records.at(-1) as FileRecord];
  const inputs = inputsWith(NO_INPUTS, records);
  return {
    runId: first.runId, life: Number(basename(folder)), folder, ...place, head: last.head, inputs, base: first.base as Uint8Array,
    deltas: records.flatMap((record) => record.deltas), items: records.flatMap((record) => record.items),
  };
}

/** One for all runs that nobody has sent anything: an empty map takes 200 bytes. */
const NO_INPUTS: OpenRun['inputs'] = new Map();

function inputsWith(before: OpenRun['inputs'], records: readonly FileRecord[]): OpenRun['inputs'] {
  const inputs = new Map(before);
  for (const record of records) {
    for (const input of record.inputs) inputs.set(input.id, input);
    for (const id of record.used) inputs.set(id, null);
  }
  return inputs.size === 0 ? NO_INPUTS : inputs;
}

/** Inputs that no commit has used, from a number on. */
export function waiting(run: OpenRun, afterSeq: number): CheckpointInput[] {
  const inputs = [...run.inputs.values()].filter((input) => input !== null);
  return inputs.filter(({ seq }) => seq > afterSeq).map((input) => ({ ...input, data: new Uint8Array(input.data) }));
}

/** The change made to the whole run, as a record that needs none before it. */
export function fullRecord(run: WholeRun, change: Change, base?: Uint8Array): Change {
  return {
    ...change, base: base ?? run.base, deltas: base === undefined ? [...run.deltas, ...change.deltas] : [],
    inputs: [...waiting(run, 0).filter(({ id }) => !change.used.includes(id)), ...change.inputs],
    used: [...new Set([...[...run.inputs].flatMap(([id, input]) => (input === null ? [id] : [])), ...change.used])],
  };
}

type Change = Omit<FileRecord, 'previous' | 'runId'>;

/** Add a record; null when another process has written meanwhile, or the run is gone. */
export function appendRecord(folder: string, run: OpenRun, change: Change): OpenRun | null {
  const record: FileRecord = { ...change, previous: run.newest, runId: run.runId };
  const n = run.taken + 1;
  if (!place(folder, encodeRecord(record), String(n))) return null;
  if (!existsSync(join(folder, String(run.taken)))) {
    // The number had been used and deleted: what was just written is below the newest full record and counts for nothing.
    rmSync(join(folder, String(n)), { force: true });
    return null;
  }
  const changed = record.base !== undefined || record.inputs.length + record.used.length > 0;
  const inputs = changed ? inputsWith(record.base === undefined ? run.inputs : NO_INPUTS, [record]) : run.inputs;
  const [full, beforeFull] = record.base === undefined ? [run.full, run.beforeFull] : [n, run.newest];
  return { runId: run.runId, life: run.life, newest: n, taken: n, full, beforeFull, head: record.head, inputs };
}

/** Delete what a full record has made superfluous, keeping the stream. Can be repeated, and left out. */
export function tidy(before: WholeRun, full: number): void {
  const { folder } = before;
  const items = [...olderItems(before), ...before.items];
  const [first, last] = [items[0], items.at(-1)];
  if (first !== undefined && last !== undefined) {
    const name = `s${first.seq}-${last.seq}`;
    const record = encodeRecord({ runId: before.runId, head: before.head, items, previous: 0, deltas: [], inputs: [], used: [] });
    if (!place(folder, record, name) && !existsSync(join(folder, name))) return;
  }
  const names = list(folder) ?? [];
  for (const n of names.map(Number).filter((n) => n > 0 && n < full).sort((a, b) => a - b)) rmSync(join(folder, String(n)), { force: true });
  // Left behind by processes that died; a live one whose file vanishes starts again.
  for (const name of names) if (name.startsWith('t')) rmSync(join(folder, name), { force: true });
}

/** Stream items of a run after a number, in order. */
export function streamOf(run: WholeRun, afterSeq: number, limit: number): CheckpointItem[] {
  const found: CheckpointItem[] = [];
  const add = (items: readonly CheckpointItem[]): void => {
    for (const item of items) if (item.seq > (found.at(-1)?.seq ?? afterSeq) && found.length < limit) found.push(item);
  };
  // Before the names are read: what is deleted meanwhile has been moved by then.
  const older = olderItems(run);
  const names = list(run.folder) ?? [];
  const files = names.flatMap((name) => {
    const [, first, last] = /^s(\d+)-(\d+)$/.exec(name) ?? [];
    return last === undefined ? [] : [{ name, first: Number(first), last: Number(last) }];
  });
  for (const { name, last } of files.sort((a, b) => a.first - b.first || a.last - b.last)) {
    if (last <= (found.at(-1)?.seq ?? afterSeq) || found.length >= limit) continue;
    const path = join(run.folder, name);
    const bytes = read(path);
    if (bytes === null) continue;
    const record = decodeRecord(bytes, path);
    if (record === null) throw damaged(path, 'its end is missing');
    add(record.items);
  }
  add(older);
  add(run.items);
  return found;
}

/** Items of records below the full one that nobody has come to delete yet. */
function olderItems(run: WholeRun): CheckpointItem[] {
  const found: (readonly CheckpointItem[])[] = [];
  for (let n = run.beforeFull; n > 0;) {
    const path = join(run.folder, String(n));
    const bytes = read(path);
    const record = bytes === null ? null : decodeRecord(bytes, path);
    if (record === null) break;
    found.push(record.items);
    n = record.previous;
  }
  return found.reverse().flat();
}

/** Write a file completely and durably before it has its name; false when the name is taken or the folder is gone. */
function place(folder: string, bytes: Uint8Array, name: string): boolean {
  const temporary = join(folder, `t${randomBytes(8).toString('hex')}`);
  try {
    writeDurably(temporary, bytes);
    linkSync(temporary, join(folder, name));
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(folder);
  return true;
}

/** Write a new file and wait until it is on the disk. */
export function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx');
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Wait until the names in a folder are on the disk. */
export function syncFolder(path: string): void {
  // Windows has no such call for folders; names are durable there with the file system's own journal.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Take a folder out of the way and delete it; false when it was not there. */
export function discard(path: string, trash: string): boolean {
  const target = join(trash, randomBytes(8).toString('hex'));
  try {
    renameSync(path, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  rmSync(target, { recursive: true, force: true });
  return true;
}

/** Names in a folder; null when there is none. */
export function list(path: string): string[] | null {
  return unlessMissing(() => readdirSync(path));
}

function read(path: string): Uint8Array | null {
  // Not a Buffer: its slices share memory.
  return unlessMissing(() => new Uint8Array(readFileSync(path)));
}

function unlessMissing<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
