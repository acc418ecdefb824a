/** A mistake that the simulator must find: text of a shipped file, and what stands there in the patched copy. */
export interface PlantedBug {
  readonly name: string;
  /** Under src/. */
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The simulated workflow that has to show it. */
  readonly subject: string;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'a late writer is not refused', subject: 'chain', file: 'spec/checkpoint-head.ts',
    find: "if (commit.fence !== head.fence || head.fence === 0) return 'fenced';", replace: '',
  },
  {
    name: 'a commit that is sent again counts again', subject: 'streams', file: 'spec/checkpoint-head.ts',
    find: "if (commit.commitId === head.lastCommit) return 'repeated';", replace: '',
  },
  {
    name: 'stream items are written although their commit is refused', subject: 'streams', file: 'durable/memory-store.ts',
    find: '    const outcome = commitHead(entry, commit);',
    replace: `    for (const item of commit.items ?? NONE) entry.items.push(item.data);
    const outcome = commitHead(entry, commit);
    commit = { ...commit, items: NONE };`,
  },
  {
    name: 'an input stays in the store when it is used', subject: 'human input', file: 'durable/journal.ts',
    find: 'commit.consumed = [change.inputId]', replace: 'commit.consumed = []',
  },
  {
    name: 'an update is applied by two commits', subject: 'fan-out and fan-in', file: 'durable/journal.ts',
    find: `    x.patch = null;
    // What it emits is fixed now`, replace: `    if (final) x.patch = null;
    // What it emits is fixed now`,
  },
  {
    name: 'commits made before a crash are made again', subject: 'retries', file: 'durable/fold.ts',
    find: 'x.skip = Math.max(x.skip, commit);', replace: '',
  },
  {
    name: 'when to wake a run is forgotten', subject: 'human input', file: 'spec/checkpoint-head.ts',
    find: 'if (options.wakeAt !== undefined) head.wakeAt = options.wakeAt;', replace: '',
  },
  {
    name: 'a sleeping run is not woken', subject: 'calls that are remembered', file: 'spec/checkpoint-head.ts',
    find: 'if (commit.wakeAt !== undefined) head.wakeAt = commit.wakeAt;', replace: '',
  },
  {
    name: 'an input that came while its run was given back is not noticed', subject: 'human input', file: 'spec/checkpoint-head.ts',
    find: 'endClaim(head, head.inputSeq > options.seenInput ? 0 : head.wakeAt);', replace: 'endClaim(head, head.wakeAt);',
  },
  {
    name: 'what was collected is lost when a run is put to sleep', subject: 'human input', file: 'durable/state-record.ts',
    find: '[type, [...events] as unknown as EventLike[]]', replace: '[type, [] as EventLike[]]',
  },
  {
    name: 'steps are dispatched before what starts them is stored', subject: 'chain', file: 'durable/journal.ts',
    find: `      this.#take(run, change, await answer);`,
    replace: `      const { ended } = run;
      if (change !== null && !ended) this.#apply(run, change);
      this.busy = false;
      kick(run);
      this.busy = true;
      if (await answer !== 'ok') throw fenced(run);
      this.#version++;
      this.#since = change === null ? 0 : this.#since + 1;`,
  },
  {
    name: 'leases are not renewed', subject: 'chain', file: 'durable/live-run.ts',
    find: 'clock.after(leaseMs / 3,', replace: 'clock.after(leaseMs * 1000,',
  },
  {
    name: 'what comes while a run is put to sleep is taken for the commit that does it', subject: 'human input', file: 'durable/journal.ts',
    find: `    this.busy = true;
    try {
      this.#take(run, null, await this.#compact(run, { consumed,`,
    replace: `    try {
      this.#take(run, null, await this.#compact(run, { consumed,`,
  },
  {
    name: 'a second answer counts', subject: 'human input', file: 'durable/memory-store.ts',
    find: "if (entry?.inputs.has(inputId)) return 'already';", replace: '',
  },
  {
    name: 'a step sees state that was written after it began', subject: 'frozen view', file: 'durable/fold.ts',
    find: 'if (x.skip > 0) see(x, seenBy(x));', replace: '',
  },
  {
    name: 'one host works on a run twice', subject: 'human input', file: 'durable/local-host.ts',
    find: 'if (taking === undefined) this.#taking.set(', replace: 'this.#taking.set(',
  },
];
