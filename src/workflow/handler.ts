import type { EventLike, WorkflowEvent } from '../events/index.ts';
import { abortRun, outcomeOf, respondToRun, sendToRun } from './engine.ts';
import type { Feed, Lagged } from './feed.ts';
import type { Run, RunStatus } from './run.ts';

/** How a run ended: the StopEvent's type and what it carried. */
export interface WorkflowResult<Result = unknown> {
  readonly type: string;
  readonly data: Result;
}

/** Which stream items a reader gets. */
export interface StreamOptions {
  /** Number of the first item wanted; default: the oldest that is kept. */
  readonly from?: number;
  /** `'published'`: only what steps wrote with `writeEventToStream`, not the events routed inside the run. */
  readonly only?: 'published';
}

/** An event of the stream; `Lagged` tells a reader that fell behind how many it missed. */
export type StreamEvent = (WorkflowEvent & EventLike) | Lagged;

/** A live run. The one of `blazen-ts` can also be paused, saved and moved. */
export class WorkflowHandler<Result = unknown> implements AsyncIterable<StreamEvent> {
  /** @internal What the functions of other rooms (`readLog`, `snapshot`, …) work on. */
  declare readonly run: Run;

  constructor(run: Run) { this.run = run; }

  /** Id of the run. */
  runId(): string { return this.run.id; }

  get status(): RunStatus { return this.run.status; }

  /**
   * The result of the run. May be asked for at any time and as often as wanted.
   *
   * @throws WorkflowStalledError, StepError, TimeoutError or AbortedError: why the run ended without one.
   */
  result(): Promise<WorkflowResult<Result>> { return outcomeOf(this.run); }

  /** Stop the run: signals abort, `result` rejects with AbortedError. Nothing happens when the run has ended. */
  abort(reason?: unknown): void { abortRun(this.run, reason); }

  /** Route an event into the run. @throws ValidationError when it is not an event or the run has ended. */
  sendEvent(event: EventLike): void { sendToRun(this.run, event); }

  /** Answer an InputRequestEvent. @throws ValidationError when no such request is open. */
  respondToInput(requestId: string, response: unknown): void { respondToRun(this.run, requestId, response); }

  /**
   * Call back for every event of the stream: events that steps published, events routed inside the run, and input
   * requests; not the start and stop events. Resolves when the stream has ended. What the callback throws is ignored.
   *
   * @param callback gets the event and its number in the stream.
   */
  async streamEvents(callback: (event: StreamEvent, seq: number) => void, options: StreamOptions = {}): Promise<void> {
    const reader = this.events(options);
    for await (const event of reader) {
      try {
        callback(event, reader.seq);
      } catch {
        // A broken listener must not stop the run.
      }
    }
  }

  /** Read the stream at your own pace; leaving the loop does not stop the run. */
  events({ from, only }: StreamOptions = {}): AsyncIterableIterator<StreamEvent> & { readonly seq: number } {
    const stream = this.run.stream as Feed<WorkflowEvent>;
    return stream.read(from, only && ((seq) => stream.columns[stream.row(seq) + 1] as boolean)) as never;
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> { return this.events(); }
}
