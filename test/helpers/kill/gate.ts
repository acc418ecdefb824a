// Holds a run at one boundary until its process is killed. Portable.
import type { CheckpointStore, MaybePromise } from '../../../src/spec/index.ts';

const NEVER = new Promise<never>(() => undefined);

/** Where runs are stopped, and what they passed on the way. */
export class Gate {
  /** Runs that are to stop inside the store's next call: the store's hook asks. */
  readonly armed = new Set<string>();
  readonly #targets = new Map<string, string>();
  readonly #frozen = new Set<string>();
  readonly #traces = new Map<string, string[]>();
  readonly #held: (runId: string) => void;

  /** @param held called when a run has stopped at its boundary. */
  constructor(held: (runId: string) => void) { this.#held = held; }

  /** Let a run stop at a boundary. */
  target(runId: string, boundary: string): void { this.#targets.set(runId, boundary); }

  /** What a run did, in order: its calls of the store and its effects. */
  trace(runId: string): readonly string[] { return this.#traces.get(runId) ?? []; }

  /** Has the run stopped? What it still does counts for nothing. */
  stopped(runId: string): boolean { return this.#frozen.has(runId); }

  /** Do something between two boundaries. */
  async effect(runId: string, label: string, work: () => Promise<void>): Promise<void> {
    if (this.#stops(runId, `before effect ${label}`)) return NEVER;
    this.#note(runId, `effect ${label}`);
    await work();
    if (this.#stops(runId, `after effect ${label}`)) return NEVER;
  }

  /** A writing call of the store. `note` is told what it answered, before anybody else is. */
  call<T>(runId: string, name: string, work: () => MaybePromise<T>, note: (answer: T) => void = () => undefined): MaybePromise<T> {
    if (this.#frozen.has(runId)) return NEVER;
    this.#note(runId, name);
    if (this.#targets.get(runId) === `inside ${name}`) this.armed.add(runId);
    const answer = work();
    return answer instanceof Promise ? answer.then((value) => this.#answered(runId, name, value, note)) : this.#answered(runId, name, answer, note);
  }

  /** Stop a run here and now. */
  hold(runId: string): Promise<never> {
    this.#freeze(runId);
    this.#held(runId);
    return NEVER;
  }

  #answered<T>(runId: string, name: string, value: T, note: (answer: T) => void): MaybePromise<T> {
    note(value);
    if (this.#stops(runId, `unanswered ${name}`)) return NEVER;
    if (this.#targets.get(runId) === `answered ${name}`) {
      // The run goes on with the answer as far as it comes without effects and calls.
      this.#freeze(runId);
      setTimeout(() => this.#held(runId));
    }
    return value;
  }

  #stops(runId: string, boundary: string): boolean {
    if (this.#frozen.has(runId)) return true;
    if (this.#targets.get(runId) !== boundary) return false;
    void this.hold(runId);
    return true;
  }

  #freeze(runId: string): void {
    this.#frozen.add(runId);
    this.#targets.delete(runId);
  }

  #note(runId: string, what: string): void {
    const trace = this.#traces.get(runId);
    if (trace === undefined) this.#traces.set(runId, [what]);
    else trace.push(what);
  }
}

/** Ids in boundaries must be the same in every run. */
export const withoutRun = (id: string, runId: string): string => id.replaceAll(runId, '~');

/** What a store is told about a run's journal: every commit that it acknowledged, by version. */
export interface Watch {
  committed(runId: string, version: number, delta: Uint8Array | undefined): void;
  /** The run was given back. */
  released(runId: string): void;
  /** Is it a run that another process left? Only those are to be recovered: the others stop where they are told to. */
  left(runId: string): boolean;
}

/** The store with a gate before and behind every writing call. */
export function gated(store: CheckpointStore, gate: Gate, watch: Watch): CheckpointStore {
  const counts = new Map<string, number>();
  const next = (what: string, runId: string): string => {
    const n = (counts.get(`${what} ${runId}`) ?? 0) + 1;
    counts.set(`${what} ${runId}`, n);
    return `${what} ${n}`;
  };
  return {
    capabilities: store.capabilities,
    create: (runId, run) => gate.call(runId, 'create', () => store.create(runId, run)),
    claim: (runId, ...rest) => gate.call(runId, next('claim', runId), () => store.claim(runId, ...rest)),
    commit: (runId, commit) => gate.call(runId, `commit ${commit.version + 1}`, () => store.commit(runId, commit), (outcome) => {
      if (outcome === 'ok') watch.committed(runId, commit.version + 1, commit.delta);
    }),
    renew: (...args) => store.renew(...args),
    release: (runId, ...rest) => gate.call(runId, next('release', runId), () => store.release(runId, ...rest), () => {
      // When the caller knows it too.
      setTimeout(() => watch.released(runId));
    }),
    putInput: (runId, inputId, data) => gate.call(runId, `input ${withoutRun(inputId, runId)}`, () => store.putInput(runId, inputId, data)),
    readInputs: (...args) => store.readInputs(...args),
    due: async (...args) => (await store.due(...args)).filter((runId) => watch.left(runId)),
    readStream: (...args) => store.readStream(...args),
    read: (...args) => store.read(...args),
    status: (...args) => store.status(...args),
    list: (...args) => store.list(...args),
    delete: (...args) => store.delete(...args),
  };
}
