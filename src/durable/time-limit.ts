import { armTimeout } from '../workflow/engine.ts';
import type { Run } from '../workflow/run.ts';

/**
 * Let a run have at most `leftMs` of active time from here on, of `limitMs` in all, where its workflow would let it have
 * more. The limit is the run's own from now: it is part of its snapshots.
 */
export function limitTime(run: Run, limitMs: number, leftMs: number): void {
  const { definition, timeout } = run;
  if (run.ended) return;
  const now = run.clock.now();
  const current = timeout === null ? run.remainingMs : timeout.at - now;
  if (!definition.timeoutMs || limitMs < definition.timeoutMs) (run as { definition: Run['definition'] }).definition = { ...definition, timeoutMs: limitMs };
  if (current && current <= leftMs) return;
  run.deadlines.clear(timeout);
  run.timeout = null;
  run.remainingMs = leftMs;
  if (run.status === 'running' || run.status === 'pausing') armTimeout(run, now);
}
