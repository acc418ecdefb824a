import { StepError } from '../base/error-classes.ts';
import { checkStorable, type Storable } from '../base/storable.ts';
import { type EventLike, toEvent, type WorkflowEvent } from '../events/index.ts';
import type { Context, SessionNamespace, StateNamespace } from './context.ts';
import { type Emission, type Patch, Update } from './patch.ts';
import { finish } from './reducer.ts';
import type { Run } from './run.ts';
import { readAt } from './state-cells.ts';
import type { Step } from './step.ts';

/** Live values of a run: a map that gives null for what it does not have. */
export class Session extends Map<string, unknown> implements SessionNamespace {
  override get(key: string): unknown { return super.get(key) ?? null; }
  remove(key: string): void { this.delete(key); }
}

/** What only some executions need: kept apart so that the others stay small. */
interface Extras {
  /** Called when the try is over. */
  readonly ends: (() => void)[];
  /** Makes the signal of a try that can be stopped alone. */
  signal: (() => AbortSignal) | null;
  /** Own writes, by key. */
  readonly written: Map<string, unknown>;
}

/** What the numbered commits of an execution left for a further try of it. */
export interface ExecutionJournal {
  /** What commits remember beyond their effects, by their number. */
  readonly notes: Map<number, Note>;
  /** Numbers of calls that were made and have not committed anything. */
  open: Set<number>;
  /** In which order calls answered, up to the newest commit: pairs of a call's number and how many had been made by then. */
  readonly order: number[];
  /** How much of the order is stored. */
  stored: number;
}

/** What one commit remembers: which call it was, and what that call gave. */
export interface Note {
  readonly kind: string;
  readonly name: string;
  readonly value: unknown;
}

/** A call of an execution that is not over before its time has come, or its events have. */
export interface Wait {
  /** The execution: number of its event, and step. */
  readonly id: number;
  readonly step: number;
  /** Number of the call, and what it left. */
  readonly commit: number;
  readonly note: Note;
  /** When it is over at the latest; null for never. */
  due: number | null;
  /** Answers the call; null when no try has made it yet. */
  go: (() => void) | null;
  /** The execution, when its function is not to run before it has something to go on with. */
  sleeper: Execution | null;
}

/** One execution of a step: the context that the step is handed, and the engine's book-keeping for it. */
export class Execution implements Context {
  /** The run it belongs to. */
  declare readonly owner: Run;
  declare readonly record: Step;
  declare readonly event: WorkflowEvent;
  /** Number of the event that started it. */
  declare readonly id: number;
  /** State version this execution reads. */
  declare view: number;
  declare readonly began: number;
  attempt = 1;
  /** Commits made so far. */
  commits = 0;
  /** Commits that an earlier try made: skipped, not repeated. */
  skip = 0;
  /** Nothing it still does counts. */
  over = false;
  patch: Patch | null = null;
  promise: PromiseLike<unknown> | null = null;
  extras: Extras | null = null;
  /** Where its commits left something: of those that only return, send and publish there is none. */
  declare journal: ExecutionJournal | undefined;
  /** Values as they were when it first began, where they had changed before it went on in this process. */
  declare seen: ReadonlyMap<string, unknown> | undefined;
  previous: Execution | null = null;
  next: Execution | null = null;

  constructor(run: Run, step: Step, event: WorkflowEvent, id: number, view: number) {
    this.owner = run;
    this.record = step;
    this.event = event;
    this.id = id;
    this.view = view;
    this.began = run.elapsed;
  }

  /** Extras, made when first needed. */
  more(): Extras { return (this.extras ??= { ends: [], signal: null, written: new Map() }); }

  get step(): string { return this.record.name; }
  get idempotencyKey(): string { return `${this.owner.id}/${this.id}.${this.record.index}`; }
  runId(): string { return this.owner.id; }

  get state(): StateNamespace { return this; }

  get session(): SessionNamespace { return (this.owner.session ??= new Session()); }

  get signal(): AbortSignal { return this.extras?.signal?.() ?? (this.owner.scopes?.controllerOf(this) ?? runController(this.owner)).signal; }

  get(key: string): unknown {
    const written = this.extras?.written;
    return written?.has(key) ? written.get(key) ?? null : readAt(this.owner.cells, key, this.view);
  }

  set(key: string, value: Storable): void {
    checkStorable(value, key);
    write(this, key, value, value);
  }

  getBytes(key: string): Uint8Array | null {
    const value = this.get(key);
    return value instanceof Uint8Array ? value : null;
  }

  setBytes(key: string, bytes: Uint8Array): void { this.set(key, bytes); }

  update(key: string, change: (value: unknown) => Storable): unknown {
    const value = change(this.get(key));
    checkStorable(value, key);
    write(this, key, new Update(change), value);
    return value;
  }

  /** A numbered commit; one that an earlier try made is not made again. */
  commit(out: Emission, final: boolean): Promise<void> | void {
    if (++this.commits > this.skip) return this.owner.port.commit(this, out, final);
    this.patch = null;
    if (final) finish(this);
  }

  sendEvent(event: EventLike): void {
    const checked = toEvent(event);
    if (this.over || this.owner.ended) return;
    void this.commit(checked, false);
    this.owner.port.kick(this.owner);
  }

  checkpoint(): Promise<void> {
    return Promise.resolve(this.over || this.owner.ended ? undefined : this.commit(null, false));
  }

  writeEventToStream(event: EventLike): boolean {
    const checked = toEvent(event);
    if (this.over || this.owner.ended) return true;
    // A numbered commit like any other, so that a further try does not show it twice.
    if (++this.commits > this.skip) return this.owner.port.publish(this, checked);
    this.patch = null;
    return true;
  }

  live(event: EventLike): void {
    if (!this.over) this.owner.stream?.live(toEvent(event));
  }

  async drained(): Promise<void> { await this.owner.stream?.drained(); }
}

// Not a private method: that would be a field of every execution.
function write(x: Execution, key: string, operation: unknown, seen: unknown): void {
  if (x.patch) x.patch.push(key, operation);
  else x.patch = [key, operation];
  x.more().written.set(key, seen);
}

/** Let an execution that has not begun read these values as they were when it first began, in this process or another. */
export function see(x: Execution, seen: ReadonlyMap<string, unknown>): void {
  x.seen = seen;
  for (const [key, value] of seen) x.more().written.set(key, value);
}

/** The run's controller, made when a signal is first asked for: it costs more than a step. */
export function runController(run: Run): AbortController {
  const controller = (run.controller ??= new AbortController());
  if (run.ended) controller.abort(run.value);
  return controller;
}

/** The error of an execution that has no tries left. */
export function stepFailed(execution: Execution, cause: unknown): StepError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const { step, attempt, event: { type: eventType } } = execution;
  return new StepError(`Step '${step}' failed on ${eventType}, attempt ${attempt}: ${reason}`, { cause, step, eventType, attempt });
}
