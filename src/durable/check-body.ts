import { COLLECTED, type EventLike, INPUT_REQUEST, STOP } from '../events/index.ts';
import { COMMITTED, RETRIED } from '../workflow/run-log.ts';
import { areCalls } from './call-checks.ts';
import { areEntries, type Check, checkFields, isEvent, isFeed, isFlag, isList, isNumber, isPair, isPatch, isText, isTime, isUnique } from './checks.ts';
import { areScopes } from './scope-record.ts';
import { areRefs } from './session-refs.ts';
import { BODY_VERSION, type ExecutionRecord, type SnapshotBody } from './snapshot-body.ts';
import { checkVersion } from './snapshot-json.ts';
import { areStates } from './state-record.ts';

/** What each field of a body has to be, by itself and beside those before it: a run can have been so. */
function checksOf(body: SnapshotBody): Record<keyof SnapshotBody, Check> {
  const { routed, executions, steps } = body;
  const typesOf = (step: unknown): readonly string[] | undefined => (isNumber(step) ? steps[step as number]?.[1] : undefined);
  /** Can the event have started an execution of the step, or be about to? */
  const starts = (step: unknown, value: unknown): boolean => {
    const { id, event } = Object(value) as ExecutionRecord;
    const types = typesOf(step);
    return types !== undefined && isNumber(id) && id < routed && isEvent(event)
      && (event.type === COLLECTED ? event['events'] as EventLike[] : [event]).every(({ type }) => types.includes(type));
  };
  const isExecution: Check = (value) => {
    const x = Object(value) as ExecutionRecord;
    const { step, commits, attempt, seen } = x;
    return starts(step, x) && isNumber(commits) && isNumber(attempt) && attempt > 0 && areEntries(seen) && (commits > 0 || seen.length === 0) && areCalls(x);
  };
  const isKept: Check = (value) => areStates(value, body, starts);
  return {
    v: isNumber, workflow: isText, runId: isText, startedAt: isNumber, takenAt: isNumber, remainingMs: (value) => (value as number) >= 0 && isTime(value),
    version: isNumber, routed: isNumber, state: areEntries, unhandled: isList(isText),
    steps: isList(isPair(isList(isText))),
    // The first StopEvent ends a run at once.
    queue: isList((event) => isEvent(event) && (event as EventLike).type !== STOP),
    requests: isList((event) => isEvent(event) && (event as EventLike).type === INPUT_REQUEST && isText((event as EventLike)['request_id'])),
    executions: (list) => isList(isExecution)(list) && isUnique(executions.map(({ step, id }) => `${id}.${step}`)),
    stepStates: isKept,
    scopes: (value) => value === undefined || areScopes(value, body, isKept),
    log: (value) => isFeed(8, ([kind, , count, elapsed, began, payload, patch, emitted]) => {
      const type = (kind as number) % 8;
      return isNumber(kind) && isNumber(count) && isTime(elapsed) && isTime(began) && (type >= RETRIED || payload === null || isEvent(payload) || isList(isEvent)(payload))
        && isPatch(patch) && isNumber(emitted) && (type !== COMMITTED && type !== RETRIED || typesOf((kind as number) >> 3) !== undefined);
    })(value) && areEntries((value as SnapshotBody['log']).base),
    stream: isFeed(2, ([event, published]) => isEvent(event) && isFlag(published)),
    session: (value) => {
      const { refs, dropped } = Object(value) as SnapshotBody['session'];
      return areRefs(refs) && isList(isText)(dropped);
    },
  };
}

/** The body. @throws SnapshotVersionMismatchError for a newer version, SnapshotError naming the field that does not fit. */
export function checkBody(value: unknown): SnapshotBody {
  const body = Object(value) as SnapshotBody;
  checkVersion(body.v, BODY_VERSION);
  checkFields(body, checksOf(body));
  return body;
}
