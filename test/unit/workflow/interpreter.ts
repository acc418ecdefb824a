// What a run is, said as plainly as possible: one queue, one event at a time, every step synchronous. The engine must
// give the same for every graph of synchronous steps; its own order of commits is this one.

export interface Action { readonly kind: 'set' | 'add' | 'send' | 'show' | 'emit' | 'stop' | 'throw'; readonly key: string; readonly n: number }
export interface PlainStep {
  readonly name: string;
  readonly types: readonly string[];
  readonly actions: readonly Action[];
  readonly collect: number;
  readonly attempts: number;
}
export interface PlainEvent { readonly type: string; readonly fuel: number }
export interface Outcome {
  readonly status: 'completed' | 'stalled' | 'failed';
  readonly result: unknown;
  readonly executions: string[];
  readonly shown: string[];
  readonly state: Record<string, number>;
}

export function interpret(steps: readonly PlainStep[], start: PlainEvent): Outcome {
  const queue: PlainEvent[] = [start];
  const state: Record<string, number> = {};
  const executions: string[] = [];
  const shown: string[] = [];
  const kept = new Map<string, PlainEvent[]>();
  const end = (status: Outcome['status'], result: unknown): Outcome => ({ status, result, executions, shown, state });
  const route = (event: PlainEvent): void => { shown.push(`routed ${event.type}`); queue.push(event); };
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    for (const step of steps) {
      if (!step.types.includes(event.type)) continue;
      let fuel = event.fuel;
      if (step.collect > 0) {
        kept.set(step.name + event.type, [...(kept.get(step.name + event.type) ?? []), event]);
        const rounds = step.types.map((type) => kept.get(step.name + type) ?? []);
        if (rounds.some((round) => round.length < step.collect)) continue;
        const taken = rounds.flatMap((round) => round.splice(0, step.collect));
        fuel = Math.min(...taken.map((item) => item.fuel));
      }
      // A throw comes before anything else is done, so that only the last try leaves traces.
      const throws = step.actions.some((action) => action.kind === 'throw');
      for (let attempt = 1; throws && attempt < step.attempts; attempt++) executions.push(`${step.name} ${attempt}`);
      executions.push(`${step.name} ${throws ? step.attempts : 1}`);
      if (throws) return end('failed', step.name);
      const own: Record<string, number> = {};
      const commit = (): void => { Object.assign(state, own); };
      const returned: PlainEvent[] = [];
      let stop: number | null = null;
      for (const { kind, key, n } of step.actions) {
        if (kind === 'set') own[key] = n;
        if (kind === 'add') own[key] = (own[key] ?? state[key] ?? 0) + n;
        if (kind === 'send' && fuel > 0) { commit(); route({ type: key, fuel: fuel - 1 }); }
        if (kind === 'show') { commit(); shown.push(`published ${n}`); }
        if (kind === 'emit' && fuel > 0) returned.push({ type: key, fuel: fuel - 1 });
        if (kind === 'stop') stop ??= n;
      }
      commit();
      for (const item of returned) route(item);
      if (stop !== null) return end('completed', stop);
    }
  }
  return end('stalled', null);
}
