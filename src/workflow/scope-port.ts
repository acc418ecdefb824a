import { SCOPE_ENDED, WorkflowEvent } from '../events/index.ts';
import { endRun, immediate, wake } from './engine.ts';
import type { Execution, Note } from './execution.ts';
import type { Emission } from './patch.ts';
import { resolvePatch } from './reducer.ts';
import { type CommitPort, type FinalStatus, type Run, tick } from './run.ts';
import { CLOSES, idOf, isDetached, scopeOf } from './scope-path.ts';
import { Scopes } from './scopes.ts';

/** The scopes of a run, which has them from now on. */
export function scopesOf(run: Run): Scopes {
  if (!run.scopes) {
    run.scopes = new Scopes(run);
    (run as { port: CommitPort }).port = new ScopePort(run, run.scopes, run.port);
  }
  return run.scopes;
}

/**
 * Stands before the port of a run that has scopes: a failure inside a scope ends that scope and not the run, a scope of
 * which nothing is left is told to the one around it, and the end of the run waits for what is detached.
 */
class ScopePort implements CommitPort {
  readonly #run: Run;
  readonly #scopes: Scopes;
  readonly #inner: CommitPort;
  /** Scope of the event that was next in the queue, and its number. */
  #next = '';
  #number = -1;

  constructor(run: Run, scopes: Scopes, inner: CommitPort) {
    this.#run = run;
    this.#scopes = scopes;
    this.#inner = inner;
  }

  /** Asked before anything begins: the moment to look for scopes that are over. */
  get busy(): boolean {
    if (!this.#inner.busy && !this.#run.ended) this.#look();
    return this.#inner.busy;
  }

  commit(x: Execution, out: Emission, final: boolean, note?: readonly [commit: number, note: Note]): Promise<void> | void {
    if (this.#inner !== immediate) return this.#inner.commit(x, out, final, note);
    const { patch } = x;
    if (x.promise) tick(this.#run);
    if (patch) {
      resolvePatch(this.#run, patch);
      x.patch = null;
    }
    this.#scopes.commit(x, patch, out, final);
  }

  publish(x: Execution, event: WorkflowEvent): boolean {
    if (this.#inner !== immediate) return this.#inner.publish(x, event);
    if (!this.#scopes.isOpen(scopeOf(x.event))) return true;
    if (x.patch) void this.commit(x, null, false);
    return this.#run.show(event, true);
  }

  input(run: Run, event: WorkflowEvent): void {
    if (this.#inner !== immediate) return this.#inner.input(run, event);
    wake(run);
    this.#scopes.input(event);
  }

  end(run: Run, status: FinalStatus, value: unknown, failed?: Execution): void {
    if (failed && !this.#scopes.isOpen(scopeOf(failed.event))) return;
    const event = failed && this.#scopes.failure(failed, (value as Error).cause);
    if (event) {
      failed.patch = null;
      failed.commits = Math.max(failed.commits, failed.skip) + 1;
      void this.commit(failed, event, true);
    } else if (this.#scopes.stopped) this.#inner.end(run, 'completed', this.#scopes.stopped.value);
    else this.#inner.end(run, status, value);
  }

  get expire(): CommitPort['expire'] { return this.#inner.expire?.bind(this.#inner); }

  kick(run: Run): void { this.#inner.kick(run); }

  #look(): void {
    const scopes = this.#scopes;
    const { routed, queue } = this.#run;
    if (this.#number >= 0 && routed > this.#number) scopes.touched.add(this.#next);
    if (scopes.closing) scopes.sweep();
    scopes.closing = false;
    while (scopes.skim());
    for (const path of scopes.touched) {
      scopes.touched.delete(path);
      if (scopes.isOver(path)) this.input(this.#run, new WorkflowEvent({ type: SCOPE_ENDED, scope: idOf(path), [CLOSES]: path }));
    }
    this.#next = queue.first ? scopeOf(queue.first) : '';
    this.#number = queue.first ? this.#run.routed : -1;
    if (scopes.stopped && ![...scopes.open.keys()].some(isDetached)) endRun(this.#run, 'completed', scopes.stopped.value);
  }
}
