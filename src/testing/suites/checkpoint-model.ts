import type { CheckpointCommit, CheckpointStatus, CommitOutcome, InputOutcome, NewCheckpoint } from '../../spec/checkpoint.ts';

/** What a run looks like from outside, with bytes as text. */
export interface ModelRun {
  readonly workflow: string;
  status: CheckpointStatus;
  version: number;
  streamSeq: number;
  readonly createdAt: number;
  updatedAt: number;
  dueAt: number | null;
  base: string;
  deltas: string[];
}

interface Run extends ModelRun {
  writer: { readonly owner: string; readonly claim: number } | null;
  wakeAt: number | null;
  arrived: number;
  readonly items: (readonly [seq: number, data: string])[];
  readonly inputs: [id: string, seq: number, data: string, used: boolean][];
  newest: string;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const ended = (run: Run): boolean => ['completed', 'failed', 'aborted', 'timed_out'].includes(run.status);

/** The contract of a checkpoint store, written as plainly as it can be: what random calls of a real one are compared with. */
export class CheckpointModel {
  readonly runs: Map<string, Run> = new Map();
  #claims = 0;

  create(runId: string, { workflow, base, now, wakeAt = now }: NewCheckpoint): 'created' | 'exists' {
    if (this.runs.has(runId)) return 'exists';
    this.runs.set(runId, {
      workflow, status: 'running', version: 0, streamSeq: 0, createdAt: now, updatedAt: now, dueAt: wakeAt, base: text(base), deltas: [],
      writer: null, wakeAt, arrived: 0, items: [], inputs: [], newest: '',
    });
    return 'created';
  }

  claim(runId: string, owner: string, leaseMs: number, now: number): number | null {
    const run = this.runs.get(runId);
    if (run === undefined || ended(run)) return null;
    if (run.writer !== null && run.writer.owner !== owner && run.dueAt! > now) return null;
    run.writer = { owner, claim: ++this.#claims };
    run.dueAt = now + leaseMs;
    return this.#claims;
  }

  commit(runId: string, commit: CheckpointCommit): CommitOutcome {
    const run = this.runs.get(runId);
    if (run !== undefined && run.newest === commit.commitId) return 'ok';
    if (run === undefined || run.writer?.claim !== commit.fence) return 'fenced';
    const { items = [] } = commit;
    if (commit.version !== run.version || items.some(({ seq }, i) => seq !== run.streamSeq + 1 + i)) return 'conflict';
    for (const { seq, data } of items) run.items.push([seq, text(data)]);
    if (commit.base !== undefined) [run.base, run.deltas] = [text(commit.base), []];
    if (commit.delta !== undefined) run.deltas.push(text(commit.delta));
    for (const id of commit.consumed ?? []) {
      const input = run.inputs.find(([known]) => known === id);
      if (input === undefined) run.inputs.push([id, 0, '', true]);
      else input[3] = true;
    }
    Object.assign(run, { version: run.version + 1, streamSeq: run.streamSeq + items.length, updatedAt: commit.now, newest: commit.commitId });
    if (commit.wakeAt !== undefined) run.wakeAt = commit.wakeAt;
    run.status = commit.status ?? run.status;
    if (ended(run)) Object.assign(run, { writer: null, dueAt: null });
    return 'ok';
  }

  renew(runId: string, claim: number, leaseMs: number, now: number): boolean {
    const run = this.runs.get(runId);
    if (run?.writer?.claim !== claim) return false;
    run.dueAt = now + leaseMs;
    return true;
  }

  release(runId: string, claim: number, wakeAt: number | null | undefined, seenInput: number): boolean {
    const run = this.runs.get(runId);
    if (run?.writer?.claim !== claim) return false;
    if (wakeAt !== undefined) run.wakeAt = wakeAt;
    Object.assign(run, { writer: null, dueAt: run.arrived > seenInput ? 0 : run.wakeAt });
    return true;
  }

  putInput(runId: string, inputId: string, data: Uint8Array): InputOutcome {
    const run = this.runs.get(runId);
    if (run?.inputs.some(([id]) => id === inputId)) return 'already';
    if (run === undefined || ended(run)) return 'gone';
    run.inputs.push([inputId, ++run.arrived, text(data), false]);
    if (run.writer === null) run.dueAt = 0;
    return 'stored';
  }

  inputs(runId: string, afterSeq: number): string[] {
    const waiting = this.runs.get(runId)?.inputs.filter(([, seq, , used]) => !used && seq > afterSeq) ?? [];
    return waiting.map(([id, , data]) => `${id}=${data}`);
  }
}
