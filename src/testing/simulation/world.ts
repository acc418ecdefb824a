import { systemClock } from '../../base/clock.ts';
import type { SeededRandom } from './random.ts';
import { Trace } from './trace.ts';

/** Whoever owns operations: they happen only while it is up. */
export interface Actor {
  readonly name: string;
  dead: boolean;
  /** Nothing of it happens before this time. */
  pausedUntil: number;
}

/** Something that will happen. */
export interface Operation {
  readonly actor: Actor;
  readonly what: string;
  /** Not before this time, virtual milliseconds. */
  readonly at: number;
  /** Nobody waits for it: a lease to renew, a look for work. */
  readonly background: boolean;
  readonly happen: () => unknown;
}

/** Where the virtual time begins: any time will do that is long after 1970. */
const EPOCH = 1_000_000_000_000;
/** Rounds of promise reactions without anything new after which nothing more will come: longer than any chain of awaits between two ports. */
const QUIET = 32;
/** Turns of the host's own event loop that a step may need for what is not simulated (a digest, an import). */
const TURNS = 25;

/**
 * Virtual time, and everything that can happen next. Nothing happens by itself: `next` picks one of the operations that
 * are possible, by chance, so the same seed gives the same history.
 */
export class World {
  now: number = EPOCH;
  readonly random: SeededRandom;
  readonly trace: Trace = new Trace();
  readonly #pending: Operation[] = [];
  /** Counts what is asked of the world, to see when everything has come to rest. */
  #asked = 0;

  constructor(random: SeededRandom) { this.random = random; }

  /** Virtual milliseconds that have passed. */
  get elapsed(): number { return this.now - EPOCH; }

  /** Let something happen after `delayMs`. */
  add(actor: Actor, what: string, delayMs: number, happen: () => unknown, background = false): Operation {
    this.#asked++;
    const operation = { actor, what, at: this.now + Math.max(0, Math.ceil(delayMs)), background, happen };
    if (!actor.dead) this.#pending.push(operation);
    return operation;
  }

  remove(operation: Operation): void {
    const i = this.#pending.indexOf(operation);
    if (i >= 0) this.#pending.splice(i, 1);
  }

  /** Take what was to happen to an actor. */
  take(actor: Actor): Operation[] {
    const taken = this.#pending.filter((operation) => operation.actor === actor);
    for (const operation of taken) this.remove(operation);
    return taken;
  }

  /** Resolves after `delayMs` of virtual time; never when the actor is gone by then. */
  wait(actor: Actor, what: string, delayMs: number, background = false): Promise<void> {
    return new Promise((resolve) => { this.add(actor, what, delayMs, resolve, background); });
  }

  /** Let promises react until nobody asks for anything more. */
  async settle(): Promise<void> {
    for (let quiet = 0, asked = this.#asked; quiet < QUIET; quiet++) {
      await Promise.resolve();
      if (asked === this.#asked) continue;
      asked = this.#asked;
      quiet = 0;
    }
  }

  /** Give the host's own event loop some turns; true when something has come of it. */
  async turn(): Promise<boolean> {
    const before = this.#asked;
    for (let turn = 0; turn < TURNS && this.#asked === before; turn++) {
      await new Promise<void>((resolve) => { systemClock.after(0, resolve); });
      await this.settle();
    }
    return this.#asked > before;
  }

  /** Is there something that somebody waits for? */
  has(actor: Actor): boolean { return this.#pending.some((operation) => operation.actor === actor && !operation.background); }

  /** Let one of the possible operations happen, or time pass until one is possible. False when there is none at all. */
  async next(): Promise<boolean> {
    const possible: Operation[] = [];
    let soonest = Infinity;
    for (const operation of this.#pending) {
      const at = Math.max(operation.at, operation.actor.pausedUntil);
      if (at <= this.now) possible.push(operation);
      else soonest = Math.min(soonest, at);
    }
    if (possible.length === 0) {
      if (soonest === Infinity) return false;
      this.now = soonest;
      return this.next();
    }
    const chosen = this.random.pick(possible);
    this.remove(chosen);
    this.trace.add(`${this.elapsed} ${chosen.actor.name} ${chosen.what}`);
    await chosen.happen();
    return true;
  }
}
