import type { Clock } from '../base/clock.ts';
import { uuid } from '../base/id.ts';
import type { WorkflowEvent } from '../events/index.ts';
import { type Deadline, type Deadlines, deadlinesOf } from './deadlines.ts';
import type { Execution, Note, Session, Wait } from './execution.ts';
import { Feed } from './feed.ts';
import { NONE, Queue } from './queue.ts';
import { Signal } from './signal.ts';
import type { Emission } from './patch.ts';
import { RunLog } from './run-log.ts';
import type { Scopes } from './scopes.ts';
import type { Cells } from './state-cells.ts';
import type { Step, StepPolicy } from './step.ts';

/** Where a run is. The last four are final. */
export type RunStatus = 'running' | 'pausing' | 'paused' | 'waiting' | FinalStatus;
/** How a run can end. */
export type FinalStatus = 'completed' | 'failed' | 'aborted' | 'timed_out';

/** What the engine needs to know of a workflow. */
export interface Definition {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly routes: ReadonlyMap<string, readonly Step[]>;
  /** Longest active time of a run, 0 for no limit. */
  readonly timeoutMs: number;
  /** Records of the log and items of the stream that are kept. */
  readonly historySize: number;
  /** Policies of every step. */
  readonly policies: readonly StepPolicy[];
  /** The class of its executions, where steps can do more than the plain ones. */
  readonly execution?: typeof Execution;
  /** An event is routed: hand it to the executions that wait for it. True when one took it. Pure: part of the reducer. */
  readonly offer?: (run: Run, event: WorkflowEvent) => boolean;
}

/**
 * How changes of a run are made. The engine's own port applies them at once; a durable one stores each before it becomes
 * visible, one at a time and in the order they come.
 */
export interface CommitPort {
  /** A change is on its way: nothing is dispatched meanwhile. Asked before each thing that begins. */
  readonly busy: boolean;
  /** @param note what the commit leaves for a further try; a port that does not store leaves it to the caller. */
  commit(execution: Execution, out: Emission, final: boolean, note?: readonly [commit: number, note: Note]): Promise<void> | void;
  publish(execution: Execution, event: WorkflowEvent): boolean;
  input(run: Run, event: WorkflowEvent): void;
  /** @param failed the execution whose failure ends the run. */
  end(run: Run, status: FinalStatus, value: unknown, failed?: Execution): void;
  /** Close an open request that nobody answered in time. Absent: the request is closed and the event is an input. */
  readonly expire?: ((run: Run, request: WorkflowEvent) => void) | undefined;
  /** Begin what has become ready. */
  kick(run: Run): void;
}

/** An event that will start an execution as soon as the run dispatches again, or a further try of one. */
export interface Ready {
  readonly step: Step;
  readonly event: WorkflowEvent;
  readonly id: number;
  readonly again?: Execution;
}

/** What policies keep for a step, part of the run's state. */
export interface StepState {
  /** Executions in flight, and events waiting for a place (`limit`). */
  taken: number;
  readonly waiting: Queue<Ready>;
  /** Events wanted of each type in the current round, 0 between rounds, and those that came (`collect`). */
  need: number;
  readonly byType: Map<string, WorkflowEvent[]>;
}

/**
 * Everything a run is. Only the reducer changes what a snapshot holds; the engine owns the rest. Lists that most runs
 * never use begin as one for all. As a signal it fires when the run rests or ends.
 */
export class Run extends Signal {
  declare readonly definition: Definition;
  #id: string | undefined;
  declare readonly clock: Clock;
  declare readonly deadlines: Deadlines;
  declare readonly startedAt: number;
  declare readonly port: CommitPort;
  status: RunStatus = 'running';
  /** The status is final. */
  ended = false;
  /** The result when completed, the error when ended otherwise. */
  value: unknown;

  queue: Queue<WorkflowEvent> = new Queue();
  /** Events taken off the queue so far: the number of the next one. */
  routed = 0;
  /** Number of commits applied. */
  version = 0;
  cells: Cells | null = null;
  /** Newest execution in flight; the others follow through `previous`, sorted by what they see. */
  newest: Execution | null = null;
  inFlight = 0;
  /** Executions in flight that wait for their time: those whose next try has not begun, and the idle ones. */
  delayed = 0;
  /** Executions in flight that wait for a time they have set themselves, or for an event. A run with no others rests. */
  idle = 0;
  requests: readonly WorkflowEvent[] = NONE;
  /** By the step's index. */
  stepStates: readonly StepState[] = NONE;
  readonly ready: Ready[] = [];
  /** Types of events that no step accepted, for the stall error. */
  unhandled: readonly string[] = NONE;

  declare readonly log: RunLog;
  /**
   * What the run shows to the outside, two columns: the event, and whether a step published it. Null when there is no
   * handler to read it with.
   */
  declare readonly stream: Feed<WorkflowEvent> | null;
  session: Session | null = null;

  /** 1: a pump is on the stack, it will see what is queued. 2: a driver is, it will pump. */
  pumping: 0 | 1 | 2 = 0;
  /** Newest asynchronous execution of the current pump, not yet subscribed to. */
  tail: Execution | null = null;
  /** Milliseconds since the start, as of the current pump: one clock read per pump. */
  elapsed = 0;
  controller: AbortController | null = null;
  timeout: Deadline | null = null;
  /** What the idle ones wait for. */
  declare waits: Set<Wait> | undefined;
  /** When the next of them goes on, or an open request expires. */
  declare alarm: Deadline | undefined;
  /** Its scopes, from the first one on. */
  declare scopes: Scopes | undefined;
  /** Active time left. */
  declare remainingMs: number;

  constructor(definition: Definition, id: string | undefined, clock: Clock, port: CommitPort, watchable: boolean, startedAt: number = Math.floor(clock.now())) {
    super();
    this.definition = definition;
    this.#id = id;
    this.clock = clock;
    this.port = port;
    this.deadlines = deadlinesOf(clock);
    this.startedAt = startedAt;
    this.remainingMs = definition.timeoutMs;
    this.log = new RunLog(definition.historySize);
    this.stream = watchable ? new Feed(definition.historySize, 2) : null;
  }

  /** Made when first asked for: most runs that only give a result are never asked, and it costs a tenth of a small one. */
  get id(): string { return (this.#id ??= uuid()); }

  /** Show an event to the readers. False: the slowest is a whole buffer behind. */
  show(event: WorkflowEvent, published: boolean): boolean {
    this.stream?.columns.push(event, published);
    return this.stream?.added() ?? true;
  }
}

/**
 * Note the time, in whole milliseconds: those are numbers that cost no memory of their own in the log. A clock read costs
 * a tenth of a step, so it is noted where something comes from outside or is awaited.
 */
export function tick(run: Run): void {
  run.elapsed = Math.round(run.clock.now() - run.startedAt);
}
