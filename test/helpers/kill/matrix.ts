// Kills at every boundary, starts again, and compares with the run that nothing disturbed.
import { boundariesOf } from './boundaries.ts';
import type { Host, Prey } from './hosts.ts';
import type { Outside } from './outside.ts';
import type { Effect, Journal, Order, Outcome, Remains, Report } from './victim.ts';
import { type Subject, subjects } from './workflows.ts';

/** One kill. */
export interface Case {
  readonly subject: string;
  readonly boundary: string;
}

/** What became of it. */
export interface Row extends Case {
  readonly host: string;
  readonly hit: boolean;
  /** What is wrong with the run; empty when nothing is. */
  readonly problems: readonly string[];
  readonly effects: number;
  readonly lost: number;
  /** Effects made again although they had been committed. */
  readonly duplicated: number;
  /** Effects made again whose commit had not been made. */
  readonly repeated: number;
  /** From the start of the next process to its first commit of the run, milliseconds; null when none was left to make. */
  readonly recoveryMs: number | null;
}

interface Undisturbed { readonly outcome: Outcome; readonly journal: readonly string[]; readonly effects: readonly string[] }

/** All that is known of a run that is being killed. */
interface Hunted extends Case {
  readonly runId: string;
  held: boolean;
  done: Outcome | null;
  acknowledged: readonly string[];
  /** By version, as acknowledged or found; a version with two changes is a commit that was lost. */
  readonly journal: Map<number, Set<string>>;
  /** Changes that were kept if nothing else has their version: a compaction hides them from who looks later. */
  unsure: Journal;
  /** Changes that were durable when it was killed, and effects that had been made. */
  durable: readonly string[];
  effectsBefore: number;
  restartedAt: number;
  firstCommit: number | null;
}

/** All workflows; here only to be asked about. */
export const SUBJECTS: Readonly<Record<string, Subject>> = subjects({ effect: () => Promise.resolve() });

/** Longest time in which nothing at all happens. */
const PATIENCE_MS = 60_000;

export class Hunt {
  readonly #host: Host;
  readonly #outside: Outside;
  readonly #runs = new Map<string, Hunted>();
  readonly #undisturbed = new Map<string, Undisturbed>();
  #alive: Prey | null = null;
  #changed: () => void = () => undefined;
  #count = 0;
  /** Processes killed. */
  kills = 0;

  constructor(host: Host, outside: Outside) {
    this.#host = host;
    this.#outside = outside;
    outside.onReport = (report) => this.#note(report);
  }

  /** Let every workflow run to its end; gives all the boundaries that there are. */
  async enumerate(subjects: readonly string[]): Promise<Case[]> {
    const prey = await this.#start();
    const runs = subjects.map((subject) => this.#enter({ subject, boundary: '' }));
    await prey.obey(runs.map(({ runId, subject }): Order => ({ runId, subject, boundary: null })), []);
    await this.#until(() => runs.every(({ done }) => done !== null), runs);
    await this.#kill();
    return runs.flatMap((run) => {
      const outcome = run.done as Outcome;
      this.#undisturbed.set(run.subject, { outcome, journal: changes(run), effects: this.#effectsOf(run).map(({ label }) => label) });
      const { killedFrom } = SUBJECTS[run.subject] as Subject;
      return boundariesOf(outcome.trace.slice(killedFrom === undefined ? 0 : outcome.trace.indexOf(killedFrom))).map((boundary): Case => ({ subject: run.subject, boundary }));
    });
  }

  /** Kill a run at each boundary. Many runs share a process, which is killed when all of them have stopped. */
  async kill(cases: readonly Case[], perProcess: number): Promise<Row[]> {
    const rows: Row[] = [];
    let dead: readonly Hunted[] = [];
    for (const batch of this.#batches(cases, perProcess)) {
      const restartedAt = Date.now();
      const prey = await this.#start();
      for (const run of dead) run.restartedAt = restartedAt;
      const runs = batch.map((one) => this.#enter(one));
      // The last one may stop the whole process.
      const last = this.#host.blocks ? runs.filter(({ boundary }) => boundary.startsWith('inside ')) : [];
      await prey.obey(runs.filter((run) => !last.includes(run)).map(orderOf), dead.map(remainsOf));
      await this.#until(() => dead.every(({ done }) => done !== null) && runs.every((run) => last.includes(run) || run.held || run.done !== null), [...dead, ...runs]);
      if (last.length > 0) await prey.obey(last.map(orderOf), []);
      await this.#until(() => last.every((run) => run.held || run.done !== null), last);
      await this.#kill();
      for (const run of dead) rows.push(this.#judge(run));
      for (const run of runs) {
        run.effectsBefore = this.#effectsOf(run).length;
        // A run that went past its boundary is not recovered, only told.
        if (!run.held) rows.push(this.#judge(run));
      }
      dead = runs.filter(({ held }) => held);
    }
    return rows;
  }

  /** Cases for one process each, and an empty one at the end to recover the last of them in. */
  *#batches(cases: readonly Case[], perProcess: number): Generator<readonly Case[]> {
    const blocking = this.#host.blocks ? cases.filter(({ boundary }) => boundary.startsWith('inside ')) : [];
    const others = cases.filter((one) => !blocking.includes(one));
    const count = Math.max(blocking.length, Math.ceil(others.length / perProcess));
    for (let i = 0; i < count; i++) {
      yield [...others.slice(Math.floor((i * others.length) / count), Math.floor(((i + 1) * others.length) / count)), ...blocking.slice(i, i + 1)];
    }
    yield [];
  }

  #enter(one: Case): Hunted {
    const runId = `r${this.#count++}`;
    const run: Hunted = { ...one, runId, held: false, done: null, acknowledged: [], journal: new Map(), unsure: [], durable: [], effectsBefore: 0, restartedAt: 0, firstCommit: null };
    this.#runs.set(runId, run);
    return run;
  }

  #note(report: Report): void {
    const run = this.#runs.get(report.runId);
    if (run === undefined) return;
    run.acknowledged = [...new Set([...run.acknowledged, ...report.acknowledged])];
    for (const [version, change] of report.journal) run.journal.set(version, (run.journal.get(version) ?? new Set()).add(change));
    if (report.unsure !== undefined) run.unsure = report.unsure;
    if (report.what === 'held') run.held = true;
    else if (report.what === 'found') run.durable = changes(run);
    else if (report.what === 'done') {
      run.done = report.outcome ?? null;
      run.firstCommit = report.firstCommit;
    }
    this.#changed();
  }

  async #until(happened: () => boolean, runs: readonly Hunted[]): Promise<void> {
    while (!happened()) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve, reject) => {
        this.#changed = resolve;
        const open = (): string => runs.filter(({ done }) => done === null).map(({ subject, boundary, runId, held, durable }) => `${runId} ${subject}, ${boundary}${held ? ` (held, then ${durable.length} changes found)` : ''}`).slice(0, 20).join('\n');
        const fail = (reason: string): void => reject(new Error(`${reason} (${this.#host.name}). Open:\n${open()}`));
        timer = setTimeout(() => fail('Nothing happens'), PATIENCE_MS);
        this.#outside.onFailure = fail;
      }).finally(() => clearTimeout(timer));
    }
  }

  async #start(): Promise<Prey> { return (this.#alive = await this.#host.start()); }

  async #kill(): Promise<void> {
    const prey = this.#alive;
    this.#alive = null;
    if (prey === null) return;
    this.kills++;
    await prey.kill();
  }

  /** Leave no process behind. */
  async close(): Promise<void> {
    await this.#kill();
    await this.#host.close();
  }

  #effectsOf({ runId }: Hunted): readonly Effect[] { return this.#outside.effectsOf(runId); }

  /** Compare a run that was killed with the one that was not. */
  #judge(run: Hunted): Row {
    const { subject, boundary, held: hit, done } = run;
    const expected = this.#undisturbed.get(subject) as Undisturbed;
    const effects = this.#effectsOf(run);
    for (const [version, change] of run.unsure) if (!run.journal.has(version)) run.journal.set(version, new Set([change]));
    const problems: string[] = [];
    const differ = (what: string, is: readonly string[] | string, was: readonly string[] | string): void => {
      if (String(is) !== String(was)) problems.push(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(was)}`);
    };
    const lost = expected.effects.filter((label) => !effects.some((one) => one.label === label)).length;
    let [duplicated, repeated] = [0, 0];
    for (const [i, effect] of effects.entries()) {
      const { label, key } = effect;
      const first = effects.findIndex((one) => one.label === label);
      if (first === i && expected.effects.includes(label)) continue;
      if (effects[first]?.key !== key) problems.push(`effect '${label}' was made under two keys`);
      // Made before the kill and not committed, and made again after it: once each.
      const allowed = first < run.effectsBefore && i >= run.effectsBefore && !committed(run.durable, SUBJECTS[subject] as Subject, effect) && !effects.slice(run.effectsBefore, i).some((one) => one.label === label);
      if (allowed) repeated++;
      else {
        duplicated++;
        problems.push(`effect '${label}' was made again`);
      }
    }
    if (lost > 0) problems.push(`${lost} effects were never made`);
    if (!hit) problems.push('the boundary was not hit');
    if (done === null) problems.push('the run did not end');
    else {
      differ('result', done.result, expected.outcome.result);
      differ('status', done.status, expected.outcome.status);
      differ('stream', done.stream.map(itemOf).sort(), expected.outcome.stream.map(itemOf).sort());
      differ('numbers of the stream', done.stream.map((item, i) => String(Number(item.split(' ')[0]) - i)).filter((gap) => gap !== '1'), []);
      differ('journal', changes(run).map(kindOf).sort(), expected.journal.map(kindOf).sort());
      differ('versions', [...run.journal.keys()].sort((a, b) => a - b).map(String), Array.from({ length: done.version }, (_, i) => String(i + 1)));
      for (const [version, made] of run.journal) if (made.size > 1) problems.push(`version ${version} was made twice: ${[...made].join(' and ')}`);
      const commits = changes(run).filter((change) => change.startsWith('commit '));
      for (const twice of commits.filter((change, i) => commits.indexOf(change) !== i)) problems.push(`${twice} was made twice`);
    }
    return {
      host: this.#host.name, subject, boundary, hit, problems, effects: effects.length, lost, duplicated, repeated,
      recoveryMs: run.firstCommit === null || !hit ? null : run.firstCommit - run.restartedAt,
    };
  }
}

function orderOf({ runId, subject, boundary }: Hunted): Order { return { runId, subject, boundary }; }

function remainsOf({ runId, subject, acknowledged }: Hunted): Remains {
  return { runId, subject, started: acknowledged.includes('start'), answered: acknowledged.filter((what) => what !== 'start') };
}

/** Changes of a journal in order; where a state was compacted is no change. */
function changes({ journal }: Hunted): string[] {
  return [...journal].sort(([a], [b]) => a - b).flatMap(([, made]) => [...made]).filter((change) => change !== 'base');
}

/** Which step made a commit and which number it has does not depend on who was first; the number of its event does. */
function kindOf(change: string): string { return change.replace(/^commit \d+\./, 'commit '); }

function itemOf(item: string): string { return item.slice(item.indexOf(' ') + 1); }

/** Had the execution that made an effect ended, or was its call kept? Its key names the execution of the outermost run. */
function committed(journal: readonly string[], subject: Subject, { label, key, call }: Effect): boolean {
  const [, id, step] = /^~\/(\d+)\.(\d+)/.exec(key) ?? [];
  const later = subject.laterExecution?.[label];
  const ended = journal.filter((change) => new RegExp(`^commit ${later === undefined ? id : '\\d+'}\\.${step}\\.\\d+ 1$`).test(change));
  return ended.length >= (later ?? 1) || call !== undefined && journal.some((change) => change.startsWith(`commit ${id}.${step}.`) && change.endsWith(` run ${call}`));
}
