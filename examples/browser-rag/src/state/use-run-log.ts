import { useEffect, useState } from 'preact/hooks';
import { WorkerCrashedError } from 'blazen-ts/local';
import type { LogEntry } from '../protocol.ts';
import { batch } from './batch.ts';
import type { DemoWorker } from './worker.ts';

/** A run as the panel shows it. */
export interface RunView {
  readonly runId: string;
  readonly workflow: string;
  /** The newest records. */
  readonly entries: readonly LogEntry[];
  /** Records so far. */
  readonly count: number;
  readonly startedAt: number;
  /** 'running' until the run has ended. */
  readonly status: string;
}

const RUNS_KEPT = 6;
const ENTRIES_SHOWN = 120;

/** Follows the logs of all runs, live; newest run first. A worker that crashed is followed again when it is back. */
export function useRunLog(worker: DemoWorker, say: (text: string) => void): readonly RunView[] {
  const [runs, setRuns] = useState<readonly RunView[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    const entries = batch<LogEntry>((list) => setRuns((before) => list.reduce(add, before)));
    const watch = async (): Promise<void> => {
      try {
        await worker.call('watch', null, { signal: controller.signal, onProgress: (list) => list.forEach((entry) => entries.add(entry)) });
      } catch (error) {
        if (!(error instanceof WorkerCrashedError) || controller.signal.aborted) return;
        setRuns((before) => before.map((run) => (run.status === 'running' ? { ...run, status: 'lost' } : run)));
        say('The worker crashed and was started again');
        if (error.retryable) await watch();
      }
    };
    void watch();
    return () => controller.abort();
  }, [worker, say]);
  return runs;
}

function add(runs: readonly RunView[], entry: LogEntry): readonly RunView[] {
  const known = runs.find((run) => run.runId === entry.runId);
  const run: RunView = {
    runId: entry.runId, workflow: entry.workflow, startedAt: known?.startedAt ?? entry.ts, count: (known?.count ?? 0) + 1,
    entries: [...known?.entries ?? [], entry].slice(-ENTRIES_SHOWN), status: entry.status ?? known?.status ?? 'running',
  };
  return known === undefined ? [run, ...runs].slice(0, RUNS_KEPT) : runs.map((other) => (other === known ? run : other));
}
