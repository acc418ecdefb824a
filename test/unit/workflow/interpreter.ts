// What a run is, said as plainly as possible: one queue, one event at a time, every step synchronous. The engine must
// give the same for every graph of synchronous steps; its own order of commits is this one.
import { Scoped, type Told } from './plain-scopes.ts';

export interface Action { readonly kind: 'set' | 'add' | 'send' | 'show' | 'emit' | 'stop' | 'throw' | 'scope' | 'end'; readonly key: string; readonly n: number }
export interface PlainStep {
  readonly name: string;
  readonly types: readonly string[];
  readonly actions: readonly Action[];
  readonly collect: number;
  readonly attempts: number;
}
export interface PlainEvent { readonly type: string; readonly fuel: number; readonly scope?: string }
export interface Outcome {
  readonly status: 'completed' | 'stalled' | 'failed';
  readonly result: unknown;
  readonly executions: string[];
  readonly shown: string[];
  readonly state: Record<string, number>;
}

export function interpret(steps: readonly PlainStep[], start: PlainEvent): Outcome {
  const state: Record<string, number> = {};
  const executions: string[] = [];
  const shown: string[] = [];
  const kept = new Map<string, PlainEvent[]>();
  const scoped = new Scoped(shown, steps.some(({ types }) => types.includes('blazen::ScopeFailedEvent')));
  const end = (status: Outcome['status'], result: unknown): Outcome => ({ status, result, executions, shown, state });
  scoped.queue.push(start);
  for (let event = scoped.queue.shift(); event !== undefined; event = scoped.queue.shift()) {
    const scope = event.scope ?? '';
    for (const step of steps) {
      if (!step.types.includes(event.type)) continue;
      let { fuel } = event;
      if (step.collect > 0) {
        const key = (type: string): string => `${scope} ${step.name} ${type}`;
        // What was kept in a scope ends with it.
        const round = scoped.isOpen(scope) ? kept : new Map<string, PlainEvent[]>();
        round.set(key(event.type), [...(round.get(key(event.type)) ?? []), event]);
        const rounds = step.types.map((type) => round.get(key(type)) ?? []);
        if (rounds.some((list) => list.length < step.collect)) continue;
        const taken = rounds.flatMap((list) => list.splice(0, step.collect));
        fuel = Math.min(...taken.map((item) => item.fuel));
      }
      // A throw comes before anything else is done, so that only the last try leaves traces.
      const throws = step.actions.some((action) => action.kind === 'throw');
      for (let attempt = 1; throws && attempt < step.attempts; attempt++) executions.push(`${step.name} ${attempt}`);
      executions.push(`${step.name} ${throws ? step.attempts : 1}`);
      if (throws) {
        if (!scoped.fail(scope)) return end('failed', step.name);
        continue;
      }
      const own: Record<string, number> = {};
      const commit = (told: readonly Told[]): number | null => {
        if (!scoped.isOpen(scope)) return null;
        Object.assign(state, own);
        return scoped.tell(scope, told);
      };
      const returned: Told[] = [];
      let stop: number | null = null;
      let opened = 0;
      for (const { kind, key, n } of step.actions) {
        if (kind === 'set') own[key] = n;
        if (kind === 'add') own[key] = (own[key] ?? state[key] ?? 0) + n;
        if (kind === 'send' && fuel > 0) commit([{ type: key, fuel: fuel - 1 }]);
        if (kind === 'show' && scoped.isOpen(scope)) { commit([]); shown.push(`published ${n}`); }
        if (kind === 'emit' && fuel > 0) returned.push({ type: key, fuel: fuel - 1 });
        if (kind === 'scope' && fuel > 0) {
          opened++;
          const id = `${event.type}${executions.length}.${opened}`;
          returned.push({ type: key, fuel: fuel - 1, opens: n > 6 ? `/&${id}` : `${scope}/${id}` });
        }
        if (kind === 'end' && scope) returned.push({ type: 'end', fuel: 0 });
        if (kind === 'stop') stop ??= n;
      }
      if (stop !== null) returned.push({ type: 'stop', fuel: stop });
      const result = commit(returned);
      if (result !== null) return end('completed', result);
      if (scoped.isOpen(scope)) scoped.touched.add(scope);
    }
    const result = scoped.look(scope);
    if (result !== null) return end('completed', result);
  }
  return end('stalled', null);
}
