import { decodeJson, encodeJson } from '../../base/json-codec.ts';
import { type EventLike, SCOPE_ENDED, STOP, type WorkflowEvent } from '../../events/index.ts';
import type { Delta } from '../../durable/change-codec.ts';
import { reviveNote } from '../../durable/call-record.ts';
import { revive } from '../../durable/restore.ts';
import { applyNote } from '../../durable/waits.ts';
import { wake } from '../../workflow/engine.ts';
import type { Execution, Note } from '../../workflow/execution.ts';
import type { Emission, Patch } from '../../workflow/patch.ts';
import { applyCommit, applyEnd, applyInput, forget, link, resolvePatch } from '../../workflow/reducer.ts';
import type { CommitPort, FinalStatus, Run } from '../../workflow/run.ts';
import { scopesOf } from '../../workflow/scope-port.ts';

/** Something an execution did that has a number: a published event, or a commit. */
interface Act {
  /** The try that did it. */
  readonly x: Execution;
  readonly number: number;
  readonly patch: unknown[];
  /** Null for a published event. */
  readonly commit: { readonly out: Emission; readonly final: boolean; readonly note: Note | null } | null;
  readonly item: WorkflowEvent | null;
  readonly done: () => void;
}

/** Where a replay first did something else. */
export interface Divergence {
  /** Number of the commit in the recording. */
  readonly n: number;
  /** The step and the number of the event it works on; absent for what no step did. */
  readonly step?: string;
  readonly execution?: number;
  /** What differs: what it emitted or published, what it wrote, what it asked its context for, how it ended, or that the commit was not made. */
  readonly what: 'events' | 'stream' | 'state' | 'call' | 'end' | 'missing';
  readonly recorded: unknown;
  readonly replayed: unknown;
}

/** Applies what steps do in the order in which the recording has it, and compares the two. */
export class ReplayPort implements CommitPort {
  /** Number of changes that came out the same. */
  position = 0;
  divergence: Divergence | null = null;
  readonly #deltas: readonly Delta[];
  readonly #items: readonly (readonly Uint8Array[] | null)[];
  /** What was done and has not had its turn, by execution. */
  readonly #acts = new Map<string, Act[]>();
  /** State version that each execution saw, as `event.step`. */
  readonly #views = new Map<string, number>();
  /** What calls left, by execution and the number of the call. */
  readonly #notes = new Map<string, Note>();
  /** Executions that wait until the state is as they saw it. */
  readonly #waiting = new Map<Execution, () => void>();
  /** Ends of scopes that the engine has seen and the recording has not told yet. */
  #told = 0;
  #end: { readonly status: FinalStatus; readonly value: unknown } | null = null;

  constructor(deltas: readonly Delta[], items: readonly (readonly Uint8Array[] | null)[]) {
    this.#deltas = deltas;
    this.#items = items;
    for (const { c, k } of deltas) {
      if (c === undefined) continue;
      const key = `${c[1]}.${c[0]}`;
      if (!this.#views.has(key)) this.#views.set(key, c[3]);
      if (k !== undefined) this.#notes.set(`${key}.${c[2]}`, reviveNote(...k));
    }
  }

  get busy(): boolean { return this.#told > 0 || this.#end !== null || this.divergence !== null; }

  /** Resolves when the state is as the execution saw it when it was recorded: after a crash that may be later than its dispatch. */
  async sees(x: Execution): Promise<void> {
    const view = this.#views.get(keyOf(x)) ?? 0;
    if (x.attempt > 1 || view <= x.owner.version) return;
    await new Promise<void>((resolve) => { this.#waiting.set(x, resolve); });
  }

  /** What call `number` of the execution left when it was recorded. */
  noteOf(x: Execution, number: number): Note | undefined { return this.#notes.get(`${keyOf(x)}.${number}`); }

  commit(x: Execution, out: Emission, final: boolean, [, note]: readonly [commit: number, note: Note | null] = [0, null]): Promise<void> {
    if (final) x.over = true;
    return new Promise((done) => this.#act(x, { out, final, note }, null, done));
  }

  publish(x: Execution, event: WorkflowEvent): boolean {
    this.#act(x, null, event, () => undefined);
    return true;
  }

  /** Inputs come from the recording, also those that the engine gives itself; for the end of a scope it waits. */
  input(_run: Run, { type }: WorkflowEvent): void { if (type === SCOPE_ENDED) this.#told++; }

  end(_run: Run, status: FinalStatus, value: unknown): void { this.#end ??= { status, value }; }

  kick(): void { /* Whoever replays it moves it on. */ }

  /** How far ahead of the run the next thing is that came from outside, milliseconds: what is due before it comes first. */
  ahead(run: Run): number {
    const delta = this.#deltas[this.position];
    return delta?.n === undefined ? 0 : Math.max(0, run.startedAt + delta.t - run.clock.now());
  }

  /** Apply the next change of the recording if it has come about; false when it has not. */
  advance(run: Run): boolean {
    const delta = this.#deltas[this.position];
    if (delta === undefined || this.divergence !== null || run.ended) return false;
    const { c, n, x, s } = delta;
    if (s === 1) scopesOf(run);
    if (c !== undefined && !this.#advanceStep(run, delta, c)) return false;
    if (x !== undefined && !this.#advanceEnd(run, x)) return false;
    if (n !== undefined) {
      if (n.type === SCOPE_ENDED && this.#told-- === 0) {
        this.#told = 0;
        return false;
      }
      run.elapsed = delta.t;
      wake(run);
      if (run.scopes) run.scopes.input(revive(n));
      else applyInput(run, revive(n));
    }
    if (this.divergence === null) this.position++;
    for (const [waiting, go] of this.#waiting) {
      if ((this.#views.get(keyOf(waiting)) ?? 0) > run.version) continue;
      this.#waiting.delete(waiting);
      showNewest(run, waiting);
      go();
    }
    return this.divergence === null;
  }

  /** Nothing more comes about: what the recording has next was not done. */
  missing(nameOf: (step: number) => string): void {
    const delta = this.#deltas[this.position];
    if (delta === undefined || this.divergence !== null) return;
    const failed = this.#end === null ? null : { status: this.#end.status, error: String(this.#end.value) };
    this.#diverge('missing', delta.c?.slice(0, 3) ?? delta.x, failed, delta.c === undefined ? undefined : { step: nameOf(delta.c[0]), execution: delta.c[1] });
  }

  #act(x: Execution, commit: Act['commit'], item: WorkflowEvent | null, done: () => void): void {
    const key = keyOf(x);
    const acts = this.#acts.get(key) ?? [];
    this.#acts.set(key, acts);
    acts.push({ x, number: x.commits, patch: x.patch ?? [], commit, item, done });
    x.patch = null;
  }

  #advanceStep(run: Run, delta: Delta, [step, id, number, , final]: NonNullable<Delta['c']>): boolean {
    const waiting = this.#acts.get(`${id}.${step}`) ?? [];
    const last = waiting.find((act) => act.number === number);
    if (last === undefined) return false;
    // Calls that are under way are committed when they have answered.
    const acts = waiting.filter((act) => act === last || (act.item !== null && act.number < number));
    this.#acts.set(`${id}.${step}`, waiting.filter((act) => !acts.includes(act)));
    const { x, commit } = last;
    const patch: Patch = acts.flatMap((act) => act.patch);
    const out = commit === null ? [] : (Array.isArray(commit.out) ? commit.out : commit.out === null ? [] : [commit.out]);
    const at = { step: x.record.name, execution: id };
    resolvePatch(run, patch);
    run.elapsed = delta.t;
    this.#compare('end', final === 1 ? 'its last commit' : 'a commit before its last', commit?.final ? 'its last commit' : 'a commit before its last', at);
    this.#compare('state', delta.o ?? [], patch, at);
    this.#compare('events', delta.e ?? [], upToStop(out), at);
    const items = this.#items[this.position];
    if (items != null) this.#compare('stream', published(items), acts.flatMap(({ item }) => item ?? []), at);
    const note = commit?.note ?? null;
    const told = this.noteOf(x, number) ?? null;
    this.#compare('call', asked(told), asked(note), at);
    if (this.divergence !== null) return true;
    // The execution may have made further calls meanwhile.
    const { commits } = x;
    x.commits = number;
    if (run.scopes) run.scopes.commit(x, patch.length > 0 ? patch : null, out, final === 1);
    else applyCommit(run, x, patch.length > 0 ? patch : null, out, final === 1);
    x.commits = commits;
    // How long it waits is as it was.
    if (note !== null) applyNote(run, x, number, Object.assign(note, told));
    if (final === 1) forget(run, x);
    for (const { done } of acts) done();
    return true;
  }

  /** An abort or a time limit comes from outside, a failure from a step. */
  #advanceEnd(run: Run, { status, error }: NonNullable<Delta['x']>): boolean {
    if (status === 'failed') {
      if (this.#end === null) return false;
      const { message } = this.#end.value instanceof Error ? this.#end.value : { message: String(this.#end.value) };
      this.#compare('end', error?.message, message);
    }
    if (this.divergence === null) applyEnd(run, status, error ?? run.scopes?.stopped?.value);
    return true;
  }

  #compare(what: Divergence['what'], recorded: unknown, replayed: unknown, at?: { readonly step: string; readonly execution: number }): void {
    if (encodeJson(recorded) !== encodeJson(replayed)) this.#diverge(what, recorded, replayed, at);
  }

  #diverge(what: Divergence['what'], recorded: unknown, replayed: unknown, at?: { readonly step: string; readonly execution: number }): void {
    this.divergence ??= { n: this.position + 1, ...at, what, recorded, replayed };
  }
}

function asked(note: Note | null): unknown { return note === null ? null : [note.kind, note.name]; }

function keyOf(x: Execution): string { return `${x.id}.${x.record.index}`; }

/** Let an execution see the state of now; those in flight stay sorted by what they see. */
function showNewest(run: Run, x: Execution): void {
  const { previous, next } = x;
  x.view = run.version;
  if (next === null) return;
  next.previous = previous;
  if (previous !== null) previous.next = next;
  x.next = null;
  run.inFlight--;
  link(run, x);
}

function upToStop(events: readonly WorkflowEvent[]): readonly WorkflowEvent[] {
  const stop = events.findIndex(({ type }) => type === STOP);
  return stop < 0 ? events : events.slice(0, stop + 1);
}

/** What a step published, among the stream items of a commit. */
function published(items: readonly Uint8Array[]): EventLike[] {
  return items.map((data) => decodeJson(new TextDecoder().decode(data)) as { event: EventLike; published: boolean }).filter((item) => item.published).map(({ event }) => event);
}
