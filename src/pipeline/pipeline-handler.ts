import { SnapshotError } from '../base/error-classes.ts';
import type { RunStatus, StreamOptions } from '../workflow/index.ts';
import type { FeedReader } from '../workflow/feed.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { PipelineSnapshot } from './pipeline-snapshot.ts';
import type { PipelineEvent, PipelineResult, PipelineStreamEvent } from './types.ts';

/** A live run of a pipeline. */
export class PipelineHandler<Output = unknown> implements AsyncIterable<PipelineStreamEvent> {
  readonly #run: PipelineRun;
  #stream: AsyncIterator<PipelineStreamEvent> | null = null;

  /** @internal */
  constructor(run: PipelineRun) { this.#run = run; }

  /** Id of the run. */
  runId(): string { return this.#run.id; }

  /** `waiting`: every workflow that runs waits for input or another runtime. */
  get status(): RunStatus { return this.#run.status; }

  /**
   * The result of the run. May be asked for at any time and as often as wanted.
   *
   * @throws StageError when a stage failed or took too long, PersistError when a persist callback did, AbortedError.
   */
  async result(): Promise<PipelineResult<Output>> {
    const run = this.#run;
    while (!run.ended) await run.changed.wait();
    if (run.status !== 'completed') throw run.value;
    return { pipelineName: run.definition.name, runId: run.id, finalOutput: run.value as Output, stageResults: run.results, sharedState: run.state() };
  }

  /** The same as `result`. */
  awaitResult(): Promise<PipelineResult<Output>> { return this.result(); }

  /** Resolves with the status when the run rests: it waits, is paused, or has ended. */
  async resting(): Promise<RunStatus> {
    while (this.status === 'running' || this.status === 'pausing') await this.#run.changed.wait();
    return this.status;
  }

  /** Stop dispatching; resolves when no step of any stage is in flight. */
  pause(): Promise<void> { return this.#run.pause(); }

  /** Go on after `pause`. */
  resumeInPlace(): void { this.#run.continue(); }

  /** Stop the run and the workflows of its current stage. Nothing happens when it has ended. */
  abort(reason?: unknown): void { this.#run.abort(reason); }

  /**
   * Answer an input request of a stage's workflow.
   *
   * @param branch needed when several branches ask under the same id.
   * @throws ValidationError when no such request is open, or several are.
   */
  respondToInput(requestId: string, response: unknown, branch?: string): void { this.#run.respond(requestId, response, branch); }

  /**
   * The run as it is now, at any time and without stopping it. Take it while the run is paused or waits if it is to go on
   * elsewhere.
   *
   * @throws SnapshotError when the run has ended, or a session holds live values that its policy does not let go;
   * SerializationError naming the value that a snapshot cannot hold.
   */
  async snapshot(): Promise<PipelineSnapshot> {
    if (this.#run.ended) throw new SnapshotError(`Cannot take a snapshot of run ${this.#run.id}: it is ${this.status}`);
    return PipelineSnapshot.of(this.#run.capture());
  }

  /**
   * Call back for every event that the stages' workflows show. Resolves when the run has ended. What the callback throws
   * is ignored.
   *
   * @param callback gets the event and its number in the stream.
   */
  async streamEvents(callback: (event: PipelineStreamEvent, seq: number) => void, options: StreamOptions = {}): Promise<void> {
    const reader = this.#read(options);
    for await (const event of reader) {
      try {
        callback(event, reader.seq);
      } catch {
        // A broken listener must not stop the run.
      }
    }
  }

  /** Read the stream at your own pace; leaving the loop does not stop the run. */
  events(options: StreamOptions = {}): AsyncIterableIterator<PipelineStreamEvent> & { readonly seq: number } {
    return this.#read(options) as never;
  }

  /** The next event of the stream, or null when the stream has ended. Each call goes on where the last one stopped. */
  async nextEvent(): Promise<PipelineStreamEvent | null> {
    const { value, done } = await (this.#stream ??= this.events()).next();
    return done ? null : value;
  }

  [Symbol.asyncIterator](): AsyncIterator<PipelineStreamEvent> { return this.events(); }

  #read({ from, only }: StreamOptions): FeedReader<PipelineEvent> {
    const { stream } = this.#run;
    return stream.read(from, only && ((seq) => stream.columns[stream.row(seq) + 1] as boolean));
  }
}
