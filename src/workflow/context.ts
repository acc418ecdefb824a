import type { Storable } from '../base/storable.ts';
import type { EventLike } from '../events/index.ts';

/**
 * What a step is handed beside its event.
 *
 * A step reads the run's state as it was when the step was dispatched, plus its own writes; its writes become visible to
 * others when it commits (returns, sends an event, or calls `checkpoint`). All reads and writes are synchronous;
 * awaiting them is harmless.
 */
export interface Context extends StateNamespace {
  /** State that is part of snapshots. The same methods lie directly on the context. */
  readonly state: StateNamespace;
  /** Live values of this process, shared by the run's steps at once; identity is kept, never part of a snapshot. */
  readonly session: SessionNamespace;
  /** Name of the step. */
  readonly step: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The same for every try of this execution, in every process: hand it to outside services to avoid doing things twice. */
  readonly idempotencyKey: string;
  /** Aborts when the run ends, or this try timed out. */
  readonly signal: AbortSignal;
  /** Id of the run, a UUID v4 unless the caller chose one. */
  runId(): string;
  /** Route an event into the run now, together with the state written so far. @throws ValidationError when it is not an event. */
  sendEvent(event: EventLike): void;
  /**
   * Show an event to the readers of the run, numbered and kept. False: the slowest reader is a whole buffer behind,
   * `await drained()` before writing more, or it will be told that it lagged.
   */
  writeEventToStream(event: EventLike): boolean;
  /** Show an event to the readers that are there now: no number, not kept, not replayed (model tokens). */
  live(event: EventLike): void;
  /** Resolves when the readers have caught up; on a durable host, when what was published is stored. */
  drained(): Promise<void>;
  /** Commit the state written so far. Resolves when it is durable. */
  checkpoint(): Promise<void>;
}

/** Reads and writes of one kind of values. */
export interface StateNamespace {
  /** The value, or null when there is none. */
  get(key: string): unknown;
  /** `undefined` removes the value. @throws SerializationError naming the path when a snapshot could not hold it. */
  set(key: string, value: Storable): void;
  /** The bytes, or null when there are none. */
  getBytes(key: string): Uint8Array | null;
  setBytes(key: string, bytes: Uint8Array): void;
  /**
   * Change a value by a function of the committed one (null when there is none). It is applied when the step commits, so
   * concurrent updates are never lost; the returned value is what this step would see.
   */
  update(key: string, change: (value: unknown) => Storable): unknown;
}

/** Values that live as long as the run does in this process. */
export interface SessionNamespace {
  /** The value itself, or null when there is none. */
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
  has(key: string): boolean;
  remove(key: string): void;
}
