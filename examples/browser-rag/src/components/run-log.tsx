import type { JSX } from 'preact';
import type { LogEntry } from '../protocol.ts';
import type { RunView } from '../state/use-run-log.ts';

/** The log of each run as the engine writes it, live. */
export function RunLog({ runs }: { readonly runs: readonly RunView[] }): JSX.Element {
  return (
    <section class="run-log" aria-labelledby="run-log-title">
      <h2 id="run-log-title">Run log</h2>
      {runs.length === 0 && <p class="meta">Reading files and answering questions are workflows. What their steps do shows up here.</p>}
      {runs.map((run, index) => <Run key={run.runId} run={run} open={index === 0} />)}
    </section>
  );
}

function Run({ run, open }: { readonly run: RunView; readonly open: boolean }): JSX.Element {
  const last = run.entries.at(-1);
  const elapsed = (last?.ts ?? run.startedAt) - run.startedAt;
  return (
    <details class="run" open={open} data-testid="run" data-status={run.status}>
      <summary>
        <span class="name">{run.workflow}</span>
        <span class={`state ${run.status}`}>{run.status.replace('_', ' ')}</span>
        <span class="meta">{run.count.toLocaleString('en')} {run.count === 1 ? 'record' : 'records'}, {milliseconds(elapsed)}</span>
      </summary>
      <ol class="records" tabIndex={0} aria-label={`Records of ${run.workflow}`} ref={(list) => scrollToEnd(list)}>
        {run.entries.map((entry) => <Record key={entry.seq} entry={entry} startedAt={run.startedAt} />)}
      </ol>
    </details>
  );
}

/** Called anew at every painting: the newest record is the one in sight. */
function scrollToEnd(list: HTMLElement | null): void {
  list?.scrollTo({ top: list.scrollHeight });
}

function Record({ entry, startedAt }: { readonly entry: LogEntry; readonly startedAt: number }): JSX.Element {
  const { ts, step, type, events, tookMs, error } = entry;
  return (
    <li>
      <span class="time">+{milliseconds(ts - startedAt)}</span>
      <span class="what">
        <b>{step ?? type}</b>
        {step !== null && type !== 'step.committed' && <> {type.replace('step.', '')}</>}
        {tookMs !== null && <span class="took"> {milliseconds(tookMs)}</span>}
        {events.length > 0 && <span class="events"> → {events.join(', ')}</span>}
        {error !== null && <span class="error"> {error}</span>}
      </span>
    </li>
  );
}

function milliseconds(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
