import type { Clock } from '../../base/clock.ts';
import { encodeJson } from '../../base/json-codec.ts';
import type { StoredCheckpoint } from '../../spec/checkpoint.ts';
import { capture } from '../../durable/capture.ts';
import { foldRun } from '../../durable/fold.ts';
import type { Run } from '../../workflow/run.ts';
import { Violation } from './simulation-error.ts';

/** A run that is only looked at. */
const UNSTORED: Run['port'] = { busy: true, commit: () => undefined, publish: () => true, input: () => undefined, end: () => undefined, kick: () => undefined };

/** Folding what is stored must give what the worker has in memory, whenever both are at the same commit. */
export function compareWithStored(run: Run, stored: StoredCheckpoint, clock: Clock): void {
  if (run.ended || run.port.busy || run.status === 'pausing') return;
  const folded = foldRun(run.definition, stored, clock, UNSTORED);
  if (folded.ended || folded.version !== run.version) return;
  // Calls are numbered when they are made and stored when they are answered: what has made some is ahead of the store.
  const ahead = new Set<string>();
  for (let x = run.newest; x !== null; x = x.previous) if (x.journal !== undefined) ahead.add(`${x.id}.${x.record.index}`);
  const [live, told] = [describe(run, ahead), describe(folded, ahead)];
  for (const part of Object.keys(live)) {
    if (live[part] !== told[part]) throw new Violation(`The ${part} of ${run.id} in memory and in the store differ at version ${run.version}: ${live[part]} and ${told[part]}`);
  }
}

/** What both must agree on: the rest (log, times, views) may differ between a run that was folded and one that was not. */
function describe(run: Run, ahead: ReadonlySet<string>): Record<string, string> {
  const { routed, state, queue, executions, requests, stepStates } = capture(run);
  const inFlight = executions.map(({ step, id, event, commits }) => ({ step, id, event, commits: ahead.has(`${id}.${step}`) ? null : commits }));
  return {
    'number of routed events': String(routed),
    state: encodeJson([...state].sort(byKey)),
    queue: encodeJson(queue),
    'executions in flight': encodeJson(inFlight.sort((a, b) => a.id - b.id || a.step - b.step)),
    'open input requests': encodeJson(requests),
    'held back events': encodeJson(stepStates.filter(({ waiting, gathered }) => waiting.length > 0 || gathered.some(([, events]) => events.length > 0))),
  };
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number { return a[0] < b[0] ? -1 : 1; }
