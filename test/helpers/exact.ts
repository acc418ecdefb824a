import { encodeJson } from '../../src/base/json-codec.ts';
import { capture } from '../../src/durable/capture.ts';
import { WorkflowEvent } from '../../src/events/event.ts';
import { restore } from '../../src/durable/restore.ts';
import type { SnapshotBody } from '../../src/durable/snapshot-body.ts';
import { isBlazenError, WorkflowSnapshot, type WorkflowHandler } from '../../src/index.ts';
import { settle } from './fuzz.ts';
import { sample, still } from './sample-snapshots.ts';

/** A port for runs that are only looked at. */
export const queued = { busy: true, commit: () => undefined, publish: () => true, input: () => undefined, end: () => undefined, kick: () => undefined } as const;
export const here = sample({ here: true });
export const there = sample({ here: false });

/** `body` as read is what `captured` says again; what a reader does not know it leaves out. */
function says(captured: unknown, body: unknown): boolean {
  if (Array.isArray(captured) && Array.isArray(body)) return captured.length === body.length && captured.every((item, i) => says(item, body[i]));
  if (captured?.constructor === Object) return Object.entries(captured).every(([key, item]) => says(item, (body as Record<string, unknown>)[key]));
  // Events: every field counts.
  if (captured instanceof WorkflowEvent) return encodeJson(Object.entries(captured)) === encodeJson(Object.entries(body as object));
  return encodeJson(captured) === encodeJson(body);
}

/** What a body tells of a run. Whether an event waits or has its place in a limit is up to the limits of today. */
function toldBy({ v: _v, takenAt: _takenAt, steps: _steps, session: _session, executions, stepStates, state, ...rest }: SnapshotBody): Record<string, unknown> {
  const waiting = stepStates.flatMap((state) => state.waiting.map(({ id, event }) => ({ step: state.step, id, event, commits: 0, attempt: 1, seen: [] })));
  return {
    ...rest,
    state: state.filter(([, value]) => value !== undefined),
    unfinished: [...executions, ...waiting].sort((a, b) => a.id - b.id || a.step - b.step),
    gathered: stepStates.flatMap(({ step, need, gathered }) => gathered.filter(([, events]) => events.length > 0).map(([type, events]) => [step, need, type, events])),
  };
}

/** @throws when the run that the body tells is not the one that would be told again. */
export function checkExact(body: SnapshotBody): void {
  const told = toldBy(body);
  // No limit in the snapshot: the definition's counts.
  if (told['remainingMs'] === 0) told['remainingMs'] = 60_000;
  for (const [field, value] of Object.entries(toldBy(capture(restore(there.definition(), body, still, queued))))) {
    if (!says(value, told[field])) throw new TypeError(`resumed into another '${field}': ${encodeJson(value)} from ${encodeJson(told[field])}`);
  }
}

/** Let a resumed run go on as far as it can; what it is then must still be a state of a run. */
export async function live(handler: WorkflowHandler): Promise<void> {
  const ended = handler.result().catch((error: unknown) => error);
  await settle();
  try {
    handler.respondToInput('ok', 'yes');
    await settle();
  } catch (error) {
    if (!isBlazenError(error)) throw error;
  }
  const { status } = handler;
  if (status === 'failed' || status === 'timed_out') {
    const error = await ended;
    if (!isBlazenError(error)) throw new TypeError(`ended with an error without a type: ${String(error)}`, { cause: error });
  } else if (status !== 'completed') await WorkflowSnapshot.from(String(await handler.snapshot()));
  handler.abort();
}
