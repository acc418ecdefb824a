import { SnapshotError } from '../../base/error-classes.ts';
import { decodeJson, encodeJson } from '../../base/json-codec.ts';
import type { CheckpointCommit, CheckpointStore, NewCheckpoint, StoredCheckpoint } from '../../spec/checkpoint.ts';
import { InMemoryCheckpointStore } from '../../durable/index.ts';

/** One change of a recorded run, as its store got it. */
export interface RecordedChange {
  readonly delta: Uint8Array;
  /** The stream items that were stored with it; null where that is not known. */
  readonly items: readonly Uint8Array[] | null;
}

/** A run as it was stored: a state, and every change after it. Plain data. */
export interface Recording {
  readonly v: 1;
  readonly runId: string;
  /** Name of the workflow. */
  readonly workflow: string;
  readonly base: Uint8Array;
  readonly changes: readonly RecordedChange[];
}

/**
 * Records the runs of a store from their start to their end, also what the store itself forgets when it is compacted.
 *
 * @example
 * const recorder = new Recorder();
 * const host = createLocalHost({ store: recorder.store, workflows: [workflow] });
 * const runId = await host.start(workflow, input);
 * await host.result(runId);
 * const recording = recorder.recording(runId);
 */
export class Recorder {
  /** Give it to the host in place of the store. */
  readonly store: CheckpointStore;
  readonly #runs = new Map<string, Recording & { readonly changes: RecordedChange[]; last: string }>();

  /** @param store where the runs are kept. Default: a new `InMemoryCheckpointStore`. */
  constructor(store: CheckpointStore = new InMemoryCheckpointStore()) {
    const noted: Pick<CheckpointStore, 'create' | 'commit'> = {
      create: (runId, run) => after(store.create(runId, run), (answer) => { if (answer === 'created') this.#begin(runId, run); }),
      commit: (runId, commit) => after(store.commit(runId, commit), (answer) => { if (answer === 'ok') this.#note(runId, commit); }),
    };
    this.store = new Proxy(store, {
      get: (target, key) => {
        const method = Reflect.get(key in noted ? noted : target, key) as unknown;
        return typeof method === 'function' ? method.bind(target) as unknown : method;
      },
    });
  }

  /** What is recorded of a run. @throws SnapshotError when it was not started through this recorder's store. */
  recording(runId: string): Recording {
    const run = this.#runs.get(runId);
    if (run === undefined) throw new SnapshotError(`Run ${runId} was not started through this recorder's store: nothing of it is recorded`);
    const { last: _last, ...recording } = run;
    return { ...recording, changes: [...run.changes] };
  }

  #begin(runId: string, { workflow, base }: NewCheckpoint): void {
    this.#runs.set(runId, { v: 1, runId, workflow, base: base.slice(), changes: [], last: '' });
  }

  #note(runId: string, { commitId, delta, items = [] }: CheckpointCommit): void {
    const run = this.#runs.get(runId);
    // A commit that was sent again is the same one.
    if (run === undefined || run.last === commitId) return;
    run.last = commitId;
    if (delta !== undefined) run.changes.push({ delta: delta.slice(), items: items.map(({ data }) => data.slice()) });
  }
}

/**
 * What a store still has of a run: the changes since its state was last written whole, which happens every 256 changes and
 * whenever the run is put to sleep. A `Recorder` keeps all of them.
 *
 * @throws SnapshotError for an unknown run.
 */
export async function recordingOf(store: CheckpointStore, runId: string): Promise<Recording> {
  const stored = await store.read(runId);
  if (stored === null) throw new SnapshotError(`No run ${runId} is stored`);
  return { v: 1, runId, workflow: stored.workflow, base: stored.base, changes: stored.deltas.map((delta) => ({ delta, items: null })) };
}

/** JSON text of a recording, to keep or to send. It holds what the run's events and state hold. */
export function recordingToJson(recording: Recording): string { return encodeJson(recording, 'recording'); }

/** @throws SnapshotError when the text is not that of a recording. */
export function recordingFromJson(text: string): Recording {
  let value: Partial<Recording> | null;
  try {
    value = decodeJson(text) as Partial<Recording> | null;
  } catch (cause) {
    throw new SnapshotError('Cannot read the recording: it is damaged', { cause });
  }
  const { v, runId, workflow, base, changes } = value ?? {};
  const fits = v === 1 && typeof runId === 'string' && typeof workflow === 'string' && base instanceof Uint8Array && Array.isArray(changes)
    && (changes as Partial<RecordedChange>[]).every((change) => change?.delta instanceof Uint8Array && (change.items === null || Array.isArray(change.items) && change.items.every((item) => item instanceof Uint8Array)));
  if (!fits) throw new SnapshotError('Cannot read the recording: it is of no known kind');
  return { v, runId, workflow, base, changes: changes as RecordedChange[] };
}

/** The recording up to change `n`, as a store would give it. */
export function storedAt({ runId, workflow, base, changes }: Recording, n: number): StoredCheckpoint {
  return { runId, workflow, base, deltas: changes.slice(0, n).map(({ delta }) => delta), status: 'running', version: n, streamSeq: 0, createdAt: 0, updatedAt: 0, dueAt: null };
}

function after<T>(answer: T | Promise<T>, note: (answer: T) => void): T | Promise<T> {
  if (answer instanceof Promise) return answer.then((value: T) => { note(value); return value; });
  note(answer);
  return answer;
}
