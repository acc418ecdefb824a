import { TimeoutError, ValidationError } from '../base/error-classes.ts';
import { checkStorable, type Storable } from '../base/storable.ts';
import { type EventLike, toEvent, type WorkflowEvent } from '../events/index.ts';
import { wake } from '../workflow/engine.ts';
import { Execution, Session } from '../workflow/execution.ts';
import type { Emission, Patch } from '../workflow/patch.ts';
import { forget } from '../workflow/reducer.ts';
import type { Definition } from '../workflow/run.ts';
import { stamp, timeAfter } from './alarm.ts';
import { getState, isBeside, isStateObject, setState, type StateClass, type StateObject } from './blazen-state.ts';
import { answer, beginCall, type Calls, callsOf, diverge, isInert, isMade, moveOn, never, record, takeWrites, waitFor } from './calls.ts';
import type { Context, EventName, EventNamed, StateNamespace, WaitOptions } from './context.ts';
import type { SnapshotParts } from './parts.ts';
import type { SessionPausePolicy } from './session-policy.ts';
import { insertRef, refOf, type SerializableRef } from './session-refs.ts';
import type { WaitState } from './waits.ts';

/** What runs of the workflows of `blazen-ts` know beyond what the engine does. */
export interface DurableDefinition extends Definition {
  /** Classes of state objects by their name. */
  readonly classes: Map<string, StateClass>;
  /** What happens to session values. */
  readonly sessions: { policy: SessionPausePolicy };
  readonly parts: SnapshotParts;
}

/** The context that steps of `blazen-ts` are handed: an execution whose calls leave their answers for a further try. */
export class DurableExecution extends Execution implements Context {
  declare calls: Calls | undefined;

  override get state(): StateNamespace { return this; }

  get workflowName(): string { return this.owner.definition.name; }

  override get(key: string): unknown {
    const value = super.get(key);
    return isBeside(value) ? getState(this, key, classesOf(this)) : value;
  }

  override set(key: string, value: Storable | StateObject): void {
    if (isStateObject(value)) setState(this, key, value, classesOf(this));
    else super.set(key, value);
  }

  insertSessionRefSerializable(typeName: string, bytes: Uint8Array): string { return insertRef(sessionOf(this), typeName, bytes); }

  getSessionRefSerializable(key: string): SerializableRef | null { return refOf(sessionOf(this), key); }

  override commit(out: Emission, final: boolean): Promise<void> | void {
    const { owner: run, journal } = this;
    const events = stamp(run, out);
    if (run.status === 'waiting') wake(run);
    // Most executions only send and return.
    if (journal === undefined && !(final && this.skip > 0)) return super.commit(events, final);
    const number = ++this.commits;
    const made = isMade(this, number);
    // Without calls, a further try may do less than the one before: what it gives in the end counts.
    if (made && journal !== undefined && (final || journal.notes.has(number))) {
      diverge(this, number);
      return;
    }
    moveOn(this, number);
    if (made && !final) return;
    const done = run.port.commit(this, events, final);
    if (final && done === undefined) forget(run, this);
    return done;
  }

  override writeEventToStream(event: EventLike): boolean {
    const { journal } = this;
    if (journal === undefined) return super.writeEventToStream(event);
    const checked = toEvent(event);
    if (isInert(this)) return true;
    const number = ++this.commits;
    const made = isMade(this, number);
    if (made && journal.notes.has(number)) diverge(this, number);
    else moveOn(this, number);
    return made || this.owner.port.publish(this, checked);
  }

  override async checkpoint(): Promise<void> {
    if (isInert(this)) return;
    // It answers in its turn, as the calls that leave something do.
    callsOf(this).pending++;
    const stored = this.commit(null, false);
    const number = this.commits;
    await stored;
    if (isInert(this)) return never();
    await answer(this, number);
  }

  async run<T>(name: string, fn: () => T | PromiseLike<T>): Promise<T> {
    const call = beginCall(this, 'run', name);
    if (call === null) return never();
    const { number, note } = call;
    if (note !== undefined) {
      await answer(this, number);
      return structuredClone(note.value) as T;
    }
    const calls = this.calls as Calls;
    // What is written from here on belongs to a later commit.
    if (this.patch !== null) calls.early.push(...this.patch);
    this.patch = null;
    const written = calls.taken + calls.early.length;
    let value: T;
    try {
      value = await fn();
      checkStorable(value, name);
    } catch (error) {
      await answer(this, number);
      throw error;
    }
    if (isInert(this)) return never();
    const later: Patch | null = this.patch;
    this.patch = takeWrites(calls, written);
    // A copy: what the step does with the value is its own.
    const stored = record(this, number, { kind: 'run', name, value: structuredClone(value) });
    this.patch = later;
    await stored;
    await answer(this, number);
    return value;
  }

  async sleep(ms: number): Promise<void> {
    const due = timeAfter(this.owner, ms, 'The time to sleep');
    await waitFor(this, 'sleep', '', due);
  }

  async waitFor<const On extends EventName>(on: On, options: WaitOptions = {}): Promise<EventNamed<On>> {
    const [event] = await eventsFor(this, 'waitFor', on, 1, options);
    return event as never;
  }

  async collect<const On extends EventName>(on: On, count: number, options: WaitOptions = {}): Promise<EventNamed<On>[]> {
    if (!Number.isSafeInteger(count) || count < 1) throw new ValidationError(`Cannot collect ${count} events`);
    return await eventsFor(this, 'collect', on, count, options) as never;
  }
}

// Not private members: those would be a field of every execution.
function classesOf(x: Execution): Map<string, StateClass> { return (x.owner.definition as DurableDefinition).classes; }

function sessionOf(x: Execution): Session { return (x.owner.session ??= new Session()); }

async function eventsFor(x: DurableExecution, kind: 'waitFor' | 'collect', on: EventName, need: number, { timeoutMs, match }: WaitOptions): Promise<WorkflowEvent[]> {
  const name = typeof on === 'string' ? on : on.type;
  const due = timeoutMs === undefined ? null : timeAfter(x.owner, timeoutMs, 'The time to wait');
  checkStorable(match, 'match');
  const state: WaitState = { need, match: match ?? null, due, after: 0, events: [], timedOut: false };
  const { events, timedOut } = (await waitFor(x, kind, name, state)).value as WaitState;
  if (timedOut) throw new TimeoutError(`Step '${x.step}' waited too long for ${name}: ${events.length} of ${need} came`, { code: 'workflow.wait' });
  return [...events];
}
