import { PersistError, WorkflowNotFoundError } from '../base/error-classes.ts';
import type { CheckpointSummary } from '../spec/checkpoint.ts';
import { isFinalStatus } from '../spec/checkpoint-rules.ts';
import type { WorkflowHost } from '../durable/index.ts';
import type { EventLike } from '../events/index.ts';
import { errorJson, type ErrorJson } from './problem.ts';

/** What is known about a run, with the input requests that wait for an answer. */
export interface RunView extends CheckpointSummary {
  readonly requests: readonly EventLike[];
}

/** How a run ended. */
export interface RunOutcome {
  readonly runId: string;
  readonly status: CheckpointSummary['status'];
  /** Of a run that completed. */
  readonly result?: unknown;
  /** Of one that did not. */
  readonly error?: ErrorJson;
}

/** How the run ended; null when it has not. @throws RunNotFoundError. */
export async function outcomeOf(host: WorkflowHost, runId: string): Promise<RunOutcome | null> {
  const summary = await host.status(runId);
  if (summary === null || !isFinalStatus(summary.status)) return null;
  const { status } = summary;
  try {
    return { runId, status, result: await host.result(runId) };
  } catch (error) {
    // Not the run's own: it cannot be read here and now.
    if (status === 'completed' || error instanceof PersistError || error instanceof WorkflowNotFoundError) throw error;
    return { runId, status, error: errorJson(error) };
  }
}
