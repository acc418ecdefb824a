import { EventEmitter } from 'eventemitter3';
import { isBlazenError } from '../base/errors.ts';
import { type EventLike, type InputResponse, toEvent } from '../events/index.ts';
import { type RunStatus, WorkflowHandler as CoreHandler, type StreamEvent, type WorkflowResult } from '../workflow/index.ts';
import { stamp } from './alarm.ts';
import { capture, sessionOf } from './capture.ts';
import { continueRun, pauseRun, untilRest } from './pause.ts';
import { WorkflowSnapshot } from './snapshot.ts';
import type { SnapshotBody } from './snapshot-body.ts';

/** A live run that can be paused, saved and moved. */
export class WorkflowHandler<Result = unknown> extends CoreHandler<Result> {
  #stream: AsyncIterator<StreamEvent> | null = null;
  #emitter: EventEmitter<Record<string, [event: StreamEvent, seq: number]>> | null = null;

  /** The same as `result`. */
  awaitResult(): Promise<WorkflowResult<Result>> { return this.result(); }

  /** The same as `abort`. */
  cancel(reason?: unknown): void { this.abort(reason); }

  /** Route an event into the run. @throws ValidationError when it is not an event or the run has ended. */
  override sendEvent(event: EventLike): void { super.sendEvent(stamp(this.run, toEvent(event))); }

  /**
   * Answer an InputRequestEvent with the whole response: an InputResponseEvent, best one of a definition with a schema, or
   * its two fields.
   *
   * @example
   * const Approval = defineEvent('blazen::InputResponseEvent', z.object({ request_id: z.string(), response: z.object({ approved: z.boolean() }) }));
   * handler.respondToInputTyped(Approval({ request_id: 'ok', response: { approved: true } }));
   *
   * @throws ValidationError when no such request is open.
   */
  respondToInputTyped(answer: InputResponse | { readonly requestId: string; readonly response: unknown }): void {
    this.respondToInput('requestId' in answer ? answer.requestId : answer.request_id, answer.response);
  }

  /** The next event of the stream, or null when the stream has ended. Each call goes on where the last one stopped. */
  async nextEvent(): Promise<StreamEvent | null> {
    const { value, done } = await (this.#stream ??= this.events()).next();
    return done ? null : value;
  }

  /**
   * Call back for every event of this type on the stream; `'*'` for all of them. The first listener begins to read at the
   * oldest event kept, one that comes later hears what comes later. What a listener throws is ignored.
   *
   * @param listener gets the event and its number in the stream.
   */
  on(type: string, listener: (event: StreamEvent, seq: number) => void): this {
    if (this.#emitter === null) {
      const emitter = (this.#emitter = new EventEmitter());
      void this.streamEvents((event, seq) => {
        for (const name of [event.type, '*']) {
          for (const heard of emitter.listeners(name)) callSafely(heard, event, seq);
        }
      });
    }
    this.#emitter.on(type, listener);
    return this;
  }

  /** Stop calling a listener. */
  off(type: string, listener: (event: StreamEvent, seq: number) => void): this {
    this.#emitter?.off(type, listener);
    return this;
  }

  /**
   * Stop dispatching; resolves when nothing is in flight. A run that waits for input or has ended is paused at once.
   *
   * @returns the run as it rests; null when it has ended or cannot be saved, which `snapshot` tells the reason of.
   */
  async pause(): Promise<WorkflowSnapshot | null> {
    await pauseRun(this.run);
    try {
      return this.status === 'paused' ? await this.snapshot() : null;
    } catch (error) {
      if (isBlazenError(error)) return null;
      throw error;
    }
  }

  /** Resolves with the status when the run rests: it waits for input or another runtime, is paused, or has ended. */
  resting(): Promise<RunStatus> { return untilRest(this.run); }

  /** Go on after `pause`. */
  resumeInPlace(): void { continueRun(this.run); }

  /**
   * The run as it is now, at any time and without stopping it: what is in flight is kept as the event it works on and the
   * commits it has made. Take it while the run is paused or waits for input if it is to go on elsewhere; otherwise this
   * process and the other one would both go on.
   *
   * @throws SnapshotError when the run has ended, or its session holds live values that the policy does not let go;
   * SerializationError naming the event or value that a snapshot cannot hold.
   */
  async snapshot(): Promise<WorkflowSnapshot> {
    return WorkflowSnapshot.of(this.capture());
  }

  /** @internal The content of a snapshot, at once. */
  capture(): SnapshotBody { return capture(this.run, sessionOf(this.run)); }
}

/** One broken listener must not keep the others from hearing. */
function callSafely(listener: (event: StreamEvent, seq: number) => void, event: StreamEvent, seq: number): void {
  try {
    listener(event, seq);
  } catch {
    // Its own concern.
  }
}
