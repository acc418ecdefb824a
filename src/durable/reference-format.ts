import { SnapshotError, SnapshotVersionMismatchError } from '../base/error-classes.ts';
import { isRecord } from '../base/json.ts';
import { COLLECTED, type EventLike, INPUT_REQUEST } from '../events/index.ts';
import { besideEntries } from './blazen-state.ts';
import {
  countOf, damaged, listOf, readBytes, readEvent, readForeign, readState, recordOf, type ReferenceStateValue, runIdOf, textOf, timeOf, writeEvent,
  writeRunId, writeState,
} from './reference-json.ts';
import { WorkflowSnapshot } from './snapshot.ts';
import { BODY_VERSION, type SnapshotBody } from './snapshot-body.ts';

/** Newest version of the reference's snapshots that is known here. */
const VERSION = 1;

/** A workflow's snapshot as the reference writes it (version 1). */
export interface ReferenceSnapshot {
  readonly version: number;
  readonly workflow_name: string;
  /** A UUID. */
  readonly run_id: string;
  /** When it was taken, RFC 3339. */
  readonly timestamp: string;
  readonly context_state: Readonly<Record<string, ReferenceStateValue>>;
  readonly collected_events: Readonly<Record<string, readonly unknown[]>>;
  readonly pending_events: readonly { readonly event_type: string; readonly data: unknown; readonly source_step: string | null }[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly history: readonly unknown[];
}

/**
 * Write a snapshot in the reference's format. Its log and its stream stay behind.
 *
 * @throws SnapshotError when the run is in the middle of something that the format cannot tell (pause it first), or its id
 * is not a UUID; SerializationError naming what is not plain JSON.
 */
export function toReference(snapshot: WorkflowSnapshot): ReferenceSnapshot {
  return bodyToReference(snapshot.body);
}

/**
 * Read a snapshot in the reference's format. Its workflow is found by name when it is resumed; the format does not tell
 * the graph.
 *
 * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged.
 */
export async function fromReference(source: string | ReferenceSnapshot): Promise<WorkflowSnapshot> {
  return WorkflowSnapshot.of(referenceToBody(readForeign(source)));
}

/** @internal */
export function bodyToReference(body: SnapshotBody): ReferenceSnapshot {
  const { open = [], stopped = null } = body.scopes ?? {};
  if (open.length > 0 || stopped !== null) {
    const what = open.length > 0 ? `its scope '${open[0]}' is open` : 'it waits for detached work';
    throw new SnapshotError(`Cannot write run ${body.runId} in the reference format: ${what}. Let it end before the snapshot is taken`);
  }
  const [request, ...requests] = body.requests;
  const pending = [...unfinished(body), ...requests, ...body.queue];
  return {
    version: VERSION,
    workflow_name: body.workflow,
    run_id: writeRunId(body.runId),
    timestamp: new Date(body.takenAt).toISOString(),
    context_state: Object.fromEntries(body.state.map(([key, value]) => [key, writeState(key, value)])),
    collected_events: Object.fromEntries(gathered(body).map(([type, events]) => [type, events.map(writeEvent)])),
    pending_events: pending.map((event) => ({ event_type: event.type, data: writeEvent(event), source_step: null })),
    metadata: {
      ...(request === undefined ? undefined : { __input_request: writeEvent(request) }),
      ...(body.session.refs.length === 0 ? undefined : {
        __blazen_serialized_session_refs: Object.fromEntries(body.session.refs.map(([key, type, bytes]) => [key, { type_tag: type, data: [...bytes] }])),
      }),
      ...(body.session.dropped.length === 0 ? undefined : { __blazen_dropped_session_refs: [...body.session.dropped] }),
      // Numbers go on where they were, so that idempotency keys and readers' places stay good.
      __blazen_ts: {
        started_at: body.startedAt, remaining_ms: body.remainingMs, version: body.version, routed: body.routed, log_seq: body.log.seq, stream_seq: body.stream.seq,
      },
    },
    history: [],
  };
}

/** @internal @throws SnapshotVersionMismatchError, SnapshotError */
export function referenceToBody(source: Record<string, unknown>): SnapshotBody {
  const version = source['version'] ?? VERSION;
  if (typeof version === 'number' && version > VERSION) throw new SnapshotVersionMismatchError(`Cannot read the reference snapshot: its version is ${version}, this package knows ${VERSION}`);
  if (version !== VERSION) throw damaged("its 'version' is damaged");
  const metadata = recordOf(source, 'metadata');
  const ours = recordOf(metadata, '__blazen_ts');
  const takenAt = timeOf(source);
  const entries = Object.entries(recordOf(source, 'context_state')).map(([key, value]) => [key, readState(key, value)] as const);
  const state = [...entries, ...besideEntries(entries)];
  const request = metadata['__input_request'];
  const pending = listOf(source, 'pending_events').map(readPending);
  const collected = Object.entries(recordOf(source, 'collected_events')).flatMap(([type, events]) => listOf({ events }, 'events').map((data) => readPending({ event_type: type, data })));
  const dropped = metadata['__blazen_dropped_session_refs'];
  return {
    v: BODY_VERSION,
    workflow: textOf(source, 'workflow_name'),
    steps: [],
    runId: runIdOf(source),
    startedAt: countOf(ours, 'started_at') || takenAt,
    takenAt,
    remainingMs: remaining(ours),
    version: countOf(ours, 'version'),
    routed: countOf(ours, 'routed'),
    state,
    queue: [...collected, ...pending],
    executions: [],
    requests: request === undefined || request === null ? [] : [readRequest(request)],
    stepStates: [],
    unhandled: [],
    log: { seq: countOf(ours, 'log_seq'), columns: [], base: state },
    stream: { seq: countOf(ours, 'stream_seq'), columns: [] },
    session: {
      refs: Object.entries(recordOf(metadata, '__blazen_serialized_session_refs')).map(([key, ref]) => {
        const { type_tag: type, data } = isRecord(ref) ? ref : {};
        if (typeof type !== 'string') throw damaged(`the session value '${key}' is damaged`);
        return [key, type, readBytes(data, `session value '${key}'`)] as const;
      }),
      dropped: Array.isArray(dropped) ? dropped.filter((name) => typeof name === 'string') : [],
    },
  };
}

function remaining(ours: Record<string, unknown>): number {
  const value = ours['remaining_ms'] ?? 0;
  return typeof value === 'number' && value >= 0 ? value : countOf(ours, 'remaining_ms');
}

function readPending(event: unknown): EventLike {
  if (!isRecord(event)) throw damaged("its 'pending_events' are damaged");
  const type = textOf(event, 'event_type');
  if (type === COLLECTED) throw damaged(`${COLLECTED} cannot be pending`);
  return readEvent(type, event['data']);
}

function readRequest(request: unknown): EventLike {
  const event = readEvent(INPUT_REQUEST, request);
  if (typeof event['request_id'] !== 'string') throw damaged('its input request has no id');
  return event;
}

/**
 * Events whose steps have not run yet or have to run again, oldest first. The format only knows events that all their
 * steps are still to see.
 */
function unfinished(body: SnapshotBody): EventLike[] {
  const found = new Map<string, { readonly id: number; readonly event: EventLike; readonly steps: Set<number> }>();
  const add = (id: number, event: EventLike, step: number): void => {
    // A collecting step's event is its own: those that it was made of are only for that step.
    const key = event.type === COLLECTED ? `${id}/${step}` : String(id);
    const entry = found.get(key) ?? { id, event, steps: new Set() };
    entry.steps.add(step);
    found.set(key, entry);
  };
  for (const { step, id, event, commits } of body.executions) {
    if (commits > 0) throw busy(body, step);
    add(id, event, step);
  }
  for (const { step, waiting } of body.stepStates) for (const { event, id } of waiting) add(id, event, step);
  return [...found.values()].sort((a, b) => a.id - b.id).flatMap(({ event, steps }) => {
    const [step = 0] = steps;
    const events = event.type === COLLECTED ? event['events'] as EventLike[] : [event];
    for (const { type } of events) if (acceptedBy(body, type).some((index) => !steps.has(index))) throw busy(body, step);
    return events;
  });
}

/** Events that collecting steps have gathered, by type. */
function gathered(body: SnapshotBody): [type: string, events: readonly EventLike[]][] {
  return body.stepStates.flatMap(({ step, gathered: byType }) => byType.filter(([, events]) => events.length > 0).map(([type, events]): [string, readonly EventLike[]] => {
    if (acceptedBy(body, type).length > 1) throw busy(body, step);
    return [type, events];
  }));
}

function acceptedBy(body: SnapshotBody, type: string): number[] {
  return body.steps.flatMap(([, types], index) => (types.includes(type) ? [index] : []));
}

function busy(body: SnapshotBody, step: number): SnapshotError {
  return new SnapshotError(`Cannot write run ${body.runId} in the reference format: it is in the middle of step '${body.steps[step]?.[0]}'. Pause the run before the snapshot is taken`);
}
