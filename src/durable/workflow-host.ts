import type { EventLike } from '../events/index.ts';
import type { CheckpointPage, CheckpointQuery, CheckpointSummary, InputOutcome } from '../spec/checkpoint.ts';
import type { InputOf } from '../workflow/index.ts';
import type { Definition } from '../workflow/run.ts';
import type { StreamItem } from './stream-item.ts';

/** Any workflow, whatever its types. */
export interface AnyWorkflow {
  readonly name: string;
  /** @internal */
  definition(): Definition;
  /** @internal */
  parse(input: unknown): object | undefined;
}

/** Options of a start; all optional. */
export interface StartOptions {
  /** Default: a new UUID. Starting an id that exists changes nothing. */
  readonly runId?: string;
}

/** Options of reading a stream; all optional. */
export interface ReadOptions {
  /** Ends the stream for this reader; the run is not touched. */
  readonly signal?: AbortSignal;
}

/**
 * Durable runs, wherever they live: what a server, a page or a test needs to start them, watch them and steer them.
 * Every call is by run id and works whatever process the run is in. `createLocalHost` is the host for any store.
 *
 * A call that changes a run is stored when it answers, so it is not lost by a crash. A run that another process works on
 * takes it in when that process next looks (`LocalHost`: within a third of the lease).
 */
export interface WorkflowHost {
  /**
   * Start a run. When it answers, the run is stored and will be finished. Starting an id that exists changes nothing.
   *
   * @throws WorkflowNotFoundError; ValidationError when the input does not fit.
   */
  start<W extends AnyWorkflow>(workflow: W, input?: InputOf<W>, options?: StartOptions): Promise<string>;
  /** What is known about a run; null for an unknown one. */
  status(runId: string): Promise<CheckpointSummary | null>;
  /**
   * The result of a run, as soon as it has ended.
   *
   * @throws the error the run ended with (as stored: name, message and code, when it ended elsewhere); RunNotFoundError.
   */
  result(runId: string): Promise<unknown>;
  /**
   * The stream of a run to the end of the run. Durable items come once, in order and without gaps; live ones in between,
   * where the run is worked on in this process.
   *
   * @param from number of the first item wanted. Default 1.
   * @throws RunNotFoundError.
   */
  stream(runId: string, from?: number, options?: ReadOptions): AsyncGenerator<StreamItem, void, undefined>;
  /** Input requests that wait for an answer, oldest first; none of a run that has ended. @throws RunNotFoundError. */
  requests(runId: string): Promise<readonly EventLike[]>;
  /**
   * Answer an input request. The first answer with an id counts, and one that comes before its request waits for it.
   * 'gone': no such run, or it has ended.
   */
  deliver(runId: string, requestId: string, response: unknown): Promise<InputOutcome>;
  /**
   * Route an event into the run.
   *
   * @param eventId the first event with an id counts, so that a call can be repeated. Default: a new UUID.
   * @throws ValidationError when it is not an event, or is one of the engine's own (`blazen::…`).
   */
  send(runId: string, event: EventLike, eventId?: string): Promise<InputOutcome>;
  /** End the run as aborted. @throws RunNotFoundError, RunEndedError. */
  abort(runId: string, reason?: string): Promise<void>;
  /**
   * Stop dispatching: the run is 'paused' as soon as its steps in flight have committed. It keeps what it is given
   * meanwhile, is not due, and stays paused across restarts. @throws RunNotFoundError, RunEndedError.
   */
  pause(runId: string): Promise<void>;
  /** Go on after `pause`; nothing happens to a run that is not paused. @throws RunNotFoundError, RunEndedError. */
  resume(runId: string): Promise<void>;
  /** Stored runs, a page at a time. */
  list(query?: CheckpointQuery): Promise<CheckpointPage>;
}
