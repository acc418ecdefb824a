// Scopes, said as plainly as possible: which are open, and which events of the queue are in which.
import type { PlainEvent } from './interpreter.ts';

/** What a commit emits: an event, an event that opens a scope, the end of the scope, or a StopEvent with `fuel` as its result. */
export interface Told extends PlainEvent { readonly opens?: string }

const around = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const isWithin = (path: string, scope: string): boolean => path === scope || path.startsWith(`${scope}/`);
const isDetached = (path: string): boolean => path.startsWith('/&');

export class Scoped {
  queue: PlainEvent[] = [];
  readonly touched: Set<string> = new Set();
  readonly #open = new Set<string>();
  readonly #shown: string[];
  readonly #heard: boolean;
  #stopped: number | null = null;

  /** @param heard a step accepts the failure of a scope. */
  constructor(shown: string[], heard: boolean) {
    this.#shown = shown;
    this.#heard = heard;
  }

  isOpen(path: string): boolean { return path ? this.#open.has(path) : this.#stopped === null; }

  /** Emit what an execution in `own` gives. A number: the run ends with it. */
  tell(own: string, told: readonly Told[]): number | null {
    const closed: string[] = [];
    const isOpen = (path: string): boolean => this.isOpen(path) && !closed.includes(path);
    let stopped: number | null = null;
    for (const { type, fuel, opens } of told) {
      if (type === 'stop') {
        if (this.#stopped !== null) continue;
        if (![...this.#open].some((path) => isDetached(path) && !closed.some((one) => isWithin(path, one)))) return fuel;
        stopped = fuel;
        break;
      }
      if (type === 'end') {
        if (!isOpen(own)) continue;
        closed.push(own);
        this.#emit({ type: 'blazen::ScopeEndedEvent', fuel: 0, scope: around(own) });
      } else if (opens === undefined) {
        if (isOpen(own)) this.#emit({ type, fuel, scope: own });
      } else if (isDetached(opens) && around(opens) === '' || isOpen(own)) {
        this.#open.add(opens);
        this.#emit({ type, fuel, scope: opens });
      }
    }
    // What is inside ends with it.
    this.touched.add(own);
    this.#close((path) => closed.some((one) => isWithin(path, one)));
    if (stopped !== null) {
      this.#stopped = stopped;
      this.#close((path) => !isDetached(path));
    }
    this.#drop();
    return null;
  }

  /** An execution in `own` has failed; false when that is the failure of the run. */
  fail(own: string): boolean {
    if (!this.isOpen(own)) return true;
    let path = own;
    while (!this.#heard && path && !(isDetached(path) && around(path) === '')) path = around(path);
    if (!path) return false;
    this.touched.add(own);
    this.#emit({ type: 'blazen::ScopeFailedEvent', fuel: 0, scope: around(path) });
    this.#close((other) => isWithin(other, path));
    this.#drop();
    return true;
  }

  /** After an event of `scope` was routed: tell which scopes are over. A number: the run ends with it. */
  look(scope: string): number | null {
    this.touched.add(scope);
    for (const path of this.touched) {
      this.touched.delete(path);
      if (!this.#open.has(path) || this.queue.some((event) => event.scope === path) || [...this.#open].some((other) => around(other) === path)) continue;
      this.#emit({ type: 'blazen::ScopeEndedEvent', fuel: 0, scope: around(path) });
      this.#close((other) => other === path);
      this.#drop();
    }
    return [...this.#open].some(isDetached) ? null : this.#stopped;
  }

  #emit(event: PlainEvent): void {
    this.#shown.push(`routed ${event.type}`);
    this.queue.push(event);
  }

  #close(isClosed: (path: string) => boolean): void {
    for (const path of this.#open) {
      if (!isClosed(path)) continue;
      this.#open.delete(path);
      if (this.#open.has(around(path))) this.touched.add(around(path));
    }
  }

  #drop(): void { this.queue = this.queue.filter((event) => this.isOpen(event.scope ?? '')); }
}
