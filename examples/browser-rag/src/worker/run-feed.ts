import { followLog, type RunRecord, type WorkflowHandler } from 'blazen-ts/workflow';
import type { LogEntry } from '../protocol.ts';

/** The logs of all runs in this worker, for whoever watches. */
export class RunFeed {
  readonly #watchers = new Set<(entries: readonly LogEntry[]) => void>();

  /** Calls back until the signal aborts. */
  watch(callback: (entries: readonly LogEntry[]) => void, signal: AbortSignal): Promise<never> {
    this.#watchers.add(callback);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        this.#watchers.delete(callback);
        reject(signal.reason as Error);
      });
    });
  }

  /** Follows a run to its end. */
  async follow(workflow: string, handler: WorkflowHandler<unknown>): Promise<void> {
    for await (const record of followLog(handler)) {
      if (record.type === 'blazen::Lagged') continue;
      const entry = toEntry(workflow, record);
      for (const tell of this.#watchers) tell([entry]);
    }
  }
}

function toEntry(workflow: string, record: RunRecord): LogEntry {
  const { runId, seq, ts, type, step = null, began, events = [], status = null, error } = record;
  return {
    runId, workflow, seq, ts, type, step, tookMs: began === undefined ? null : ts - began, events: countTypes(events), status,
    error: error === undefined ? null : error instanceof Error ? error.message : 'it threw what is no error',
  };
}

function countTypes(events: readonly { readonly type: string }[]): string[] {
  const counts = new Map<string, number>();
  for (const { type } of events) {
    const name = type.replace(/^blazen::/, '');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} × ${count}`));
}
