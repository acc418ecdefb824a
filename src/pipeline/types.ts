import type { Clock } from '../base/clock.ts';
import type { FitOptions } from '../durable/index.ts';
import type { Lagged, StreamEvent } from '../workflow/index.ts';

/** What input mappers and conditions are handed: the output of every stage that ran, by its name, and the pipeline's `input`. */
export type PipelineState = Readonly<Record<string, unknown>>;

/** How one stage ended. */
export interface StageResult {
  readonly name: string;
  /** What the stage's workflow gave; of a parallel stage that waits for all, the outputs by branch. Null when skipped. */
  readonly output: unknown;
  /** The stage's condition was false. */
  readonly skipped: boolean;
  readonly durationMs: number;
}

/** How a pipeline ended. */
export interface PipelineResult<Output = unknown> {
  readonly pipelineName: string;
  readonly runId: string;
  /** Output of the last stage that ran; the input when none did. */
  readonly finalOutput: Output;
  /** One per stage, in order. */
  readonly stageResults: readonly StageResult[];
  readonly sharedState: PipelineState;
}

/** An event of a workflow inside a pipeline, and where it comes from. */
export interface PipelineEvent {
  /** The event's type. */
  readonly type: string;
  readonly stageName: string;
  /** Null unless the stage is parallel. */
  readonly branchName: string | null;
  /** Id of the workflow's run. */
  readonly workflowRunId: string;
  /** Stage, branch if any, and the steps of the workflows inside it that the event came through. */
  readonly path: readonly string[];
  readonly event: StreamEvent;
}

/** An item of a pipeline's stream; `Lagged` tells a reader that fell behind how many it missed. */
export type PipelineStreamEvent = PipelineEvent | Lagged;

/** Options of one run; all optional. */
export interface PipelineRunOptions {
  /** Id of the run. Default: a new UUID v4. */
  readonly runId?: string;
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Where time comes from. Default: the host. */
  readonly clock?: Clock;
}

/** Options of a resume; all optional. */
export interface PipelineResumeOptions extends FitOptions {
  /** Aborts the run. */
  readonly signal?: AbortSignal;
  /** Where time comes from. Default: the host. */
  readonly clock?: Clock;
  /** Rebuild session values that travelled as bytes, by their type name. */
  readonly deserializers?: Readonly<Record<string, (bytes: Uint8Array) => unknown>>;
}
