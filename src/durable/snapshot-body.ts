import type { EventLike } from '../events/index.ts';
import type { ScopesRecord } from './scope-record.ts';
import type { StepStateRecord } from './state-record.ts';

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
  /** Its scopes; absent when it has had none. */
  readonly scopes?: ScopesRecord;
  /** What travels beside the run: session values that serialise themselves, names of those left behind. */
  readonly session: { readonly refs: readonly (readonly [key: string, type: string, bytes: Uint8Array])[]; readonly dropped: readonly string[] };
}
