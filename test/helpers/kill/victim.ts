// What runs inside the process that is killed: a host with its runs, each of which stops at its boundary. Portable.
import { createLocalHost, type LocalHost } from '../../../src/durable/index.ts';
import { decodeChange } from '../../../src/durable/change-codec.ts';
import { encodeJson } from '../../../src/base/json-codec.ts';
import { type Context, type EventLike, isBlazenError } from '../../../src/index.ts';
import type { CheckpointStore } from '../../../src/spec/index.ts';
import { Gate, gated, withoutRun } from './gate.ts';
import { type Subject, subjects } from './workflows.ts';

/** A run to start; without a boundary it goes on to its end. */
export interface Order {
  readonly runId: string;
  readonly subject: string;
  readonly boundary: string | null;
}

/** A run that a killed process has left, and what that process had acknowledged. */
export interface Remains {
  readonly runId: string;
  readonly subject: string;
  readonly started: boolean;
  readonly answered: readonly string[];
}

/** The journal by version: the change that made it. */
export type Journal = readonly (readonly [version: number, change: string])[];

export interface Outcome {
  /** What the run gave, or the error it ended with. */
  readonly result: string;
  readonly status: string;
  readonly version: number;
  /** `<seq> <item>`. */
  readonly stream: readonly string[];
  readonly trace: readonly string[];
}

/** What a victim tells about a run. */
export interface Report {
  readonly runId: string;
  readonly journal: Journal;
  /** Changes that may have been kept or not. */
  readonly unsure?: Journal;
  /** `found`: what the store has of a run that another process left, before anything is done to it. `told`: calls have answered. */
  readonly what: 'held' | 'found' | 'told' | 'done';
  /** Calls that had answered: `start`, and the ids of answered questions. */
  readonly acknowledged: readonly string[];
  /** When the first commit of this process was made, milliseconds since 1970. */
  readonly firstCommit: number | null;
  readonly outcome?: Outcome;
}

/** An effect, as the outside sees it. */
export interface Effect {
  readonly runId: string;
  readonly label: string;
  readonly key: string;
  /** Name of the `ctx.run` it happens in. */
  readonly call?: string;
}

export interface VictimOptions {
  readonly store: (gate: Gate) => CheckpointStore;
  /** Where effects and reports are posted to, with a slash at the end. */
  readonly address: string;
  readonly leaseMs: number;
}

const text = new TextDecoder();

export class Victim {
  readonly gate: Gate;
  readonly #store: CheckpointStore;
  readonly #host: LocalHost;
  readonly #address: string;
  readonly #subjects: Readonly<Record<string, Subject>>;
  readonly #journals = new Map<string, [version: number, change: string][]>();
  readonly #acknowledged = new Map<string, string[]>();
  /** How much of the journals came before what this turn of the process does. */
  readonly #settled = new Map<string, number>();
  readonly #firstCommits = new Map<string, number>();
  readonly #subjectOf = new Map<string, Subject>();
  readonly #left = new Set<string>();
  /** Runs whose human is busy; true when there is more to do afterwards. */
  readonly #answering = new Map<string, boolean>();

  constructor({ store, address, leaseMs }: VictimOptions) {
    this.#address = address;
    this.gate = new Gate((runId) => void this.#tell(this.report(runId, 'held')));
    this.#subjects = subjects({ effect: (context, label, call) => this.#effect(context, label, call) });
    this.#store = gated(store(this.gate), this.gate, {
      committed: (runId, version, delta) => {
        if (!this.#firstCommits.has(runId)) this.#firstCommits.set(runId, Date.now());
        const journal = this.#list(this.#journals, runId);
        const length = journal.push([version, changeOf(runId, delta)]);
        setTimeout(() => this.#settled.set(runId, length));
      },
      released: (runId) => void this.#answer(runId),
      left: (runId) => this.#left.has(runId),
    });
    this.#host = createLocalHost({ store: this.#store, workflows: Object.values(this.#subjects).map(({ workflow }) => workflow), leaseMs });
  }

  /** Start runs. */
  begin(orders: readonly Order[]): void {
    for (const { runId, subject, boundary } of orders) {
      if (boundary !== null) this.gate.target(runId, boundary);
      void this.#run(runId, subject);
    }
  }

  /** Go on with what another process has left. */
  async recover(remains: readonly Remains[]): Promise<void> {
    for (const { runId, subject, started, answered } of remains) {
      this.#subjectOf.set(runId, this.#subjects[subject] as Subject);
      this.#acknowledged.set(runId, [...answered]);
      await this.#found(runId);
      this.#left.add(runId);
      if (started) void this.#finish(runId);
      else void this.#run(runId, subject);
      void this.#answer(runId);
    }
    while (this.#left.size > 0) {
      await this.#host.recover(1000);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  /** What is to be told about a run. */
  report(runId: string, what: Report['what'], outcome?: Outcome): Report {
    return {
      runId, what, journal: this.#list(this.#journals, runId), acknowledged: this.#list(this.#acknowledged, runId),
      firstCommit: this.#firstCommits.get(runId) ?? null, ...(outcome === undefined ? undefined : { outcome }),
    };
  }

  /** For a store that writes at the end of the turn: what of a run that stops the process in the middle of one is known to be kept, and what is not. */
  settledReport(runId: string): Report {
    const report = this.report(runId, 'held');
    const settled = this.#settled.get(runId) ?? 0;
    return { ...report, journal: report.journal.slice(0, settled), unsure: report.journal.slice(settled) };
  }

  async #run(runId: string, name: string): Promise<void> {
    const subject = this.#subjects[name] as Subject;
    this.#subjectOf.set(runId, subject);
    await this.#host.start(subject.workflow, subject.input, { runId });
    await this.#acknowledge(runId, 'start');
    await this.#finish(runId);
  }

  async #found(runId: string): Promise<void> {
    const stored = await this.#store.read(runId);
    const journal = this.#list(this.#journals, runId);
    if (stored !== null) {
      const compacted = stored.version - stored.deltas.length;
      if (compacted > 0 && !journal.some(([version]) => version === compacted)) journal.push([compacted, 'base']);
      for (const [i, delta] of stored.deltas.entries()) journal.push([compacted + 1 + i, changeOf(runId, delta)]);
    }
    await this.#tell(this.report(runId, 'found'));
  }

  async #finish(runId: string): Promise<void> {
    const result = await this.#host.result(runId).then((value) => encodeJson(value), (error: unknown) => (isBlazenError(error) ? `${error.name}: ${error.message}` : `! ${String(error)}`));
    // One that stops behind its last commit has ended all the same.
    if (this.gate.stopped(runId)) return;
    const status = await this.#store.status(runId);
    const stream: string[] = [];
    for (let last = 0; ;) {
      const page = await this.#store.readStream(runId, last, 50);
      for (const { seq, data } of page) stream.push(`${seq} ${withoutRun(text.decode(data), runId)}`);
      if (page.length === 0) break;
      last = page.at(-1)?.seq ?? 0;
    }
    this.#left.delete(runId);
    await this.#tell(this.report(runId, 'done', { result, status: String(status?.status), version: Number(status?.version), stream, trace: this.gate.trace(runId) }));
  }

  /** The human: answers the oldest open question of a run that waits. What was acknowledged is never sent again. */
  async #answer(runId: string): Promise<void> {
    const subject = this.#subjectOf.get(runId);
    if (subject === undefined) return;
    this.#answering.set(runId, this.#answering.has(runId));
    if (this.#answering.get(runId)) return;
    try {
      if ((await this.#store.status(runId))?.status !== 'waiting') return;
      const answered = this.#list(this.#acknowledged, runId);
      const open = (await this.#host.requests(runId)).filter((event) => !answered.includes(String(event['request_id'])));
      if (subject.answeredElsewhere) {
        for (const event of open.splice(0, open.length - 1)) {
          const id = String(event['request_id']);
          await this.#store.putInput(runId, id, new TextEncoder().encode(encodeJson({ type: 'blazen::InputResponseEvent', request_id: id, response: responseTo(event) })));
          await this.#acknowledge(runId, id);
        }
      }
      const [event] = open;
      if (event === undefined) return;
      await this.#host.deliver(runId, String(event['request_id']), responseTo(event));
      await this.#acknowledge(runId, String(event['request_id']));
    } finally {
      const again = this.#answering.get(runId);
      this.#answering.delete(runId);
      if (again) void this.#answer(runId);
    }
  }

  /** A call has answered, and whoever made it knows. */
  async #acknowledge(runId: string, what: string): Promise<void> {
    const list = this.#list(this.#acknowledged, runId);
    await this.#tell({ ...this.report(runId, 'told'), acknowledged: [...list, what] });
    list.push(what);
  }

  async #effect(context: Context, label: string, call?: string): Promise<void> {
    const [runId = ''] = context.runId().split('/');
    await this.gate.effect(runId, label, () => this.#post('effect', { runId, label, key: withoutRun(context.idempotencyKey, runId), ...(call === undefined ? undefined : { call }) } satisfies Effect));
  }

  #tell(report: Report): Promise<void> { return this.#post('report', report); }

  async #post(path: string, body: unknown): Promise<void> {
    const response = await fetch(this.#address + path, { method: 'POST', body: JSON.stringify(body) });
    await response.arrayBuffer();
  }

  #list<T>(lists: Map<string, T[]>, runId: string): T[] {
    const list = lists.get(runId) ?? [];
    lists.set(runId, list);
    return list;
  }
}

function responseTo(event: EventLike): string { return `yes, ${String(event['prompt'])}`; }

/** A change of the journal in words: `commit <execution>.<step>.<number> <final>` and the call it keeps, an input, an end, or a compaction. */
function changeOf(runId: string, delta: Uint8Array | undefined): string {
  if (delta === undefined) return 'base';
  const { c, n, x, k } = decodeChange(delta);
  if (c !== undefined) return `commit ${c[1]}.${c[0]}.${c[2]} ${c[4]}${k === undefined ? '' : ` ${k[0]} ${k[1]}`}`;
  if (n !== undefined) return `input ${n.type} ${withoutRun(n['request_id'] as string | undefined ?? '', runId)}`;
  return `end ${x?.status}`;
}
