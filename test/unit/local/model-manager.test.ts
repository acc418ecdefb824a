import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbortedError, LocalModelError, ValidationError, WorkerCrashedError } from '../../../src/base/error-classes.ts';
import { type LoadedModel, type LocalBackend, ModelManager } from '../../../src/local/index.ts';

/** A backend that counts, and does what its switches say. */
class Backend implements LocalBackend {
  readonly name = 'counting';
  readonly vramBytes: number;
  loads = 0;
  live = 0;
  fail: Error | null = null;
  failDispose: Error | null = null;
  lose: () => void = () => undefined;
  /** When set, loads wait for it. */
  gate: Promise<void> | null = null;

  constructor(vramBytes = 1) {
    this.vramBytes = vramBytes;
  }

  probe(): Promise<{ readonly ok: true }> { return Promise.resolve({ ok: true }); }

  async load({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LoadedModel & { readonly number: number }> {
    this.loads++;
    await this.gate;
    signal?.throwIfAborted();
    if (this.fail !== null) throw this.fail;
    this.live++;
    let disposed = false;
    const lost = new Promise<LocalModelError>((resolve) => {
      this.lose = () => resolve(new LocalModelError('The GPU went away', { problem: 'device-lost', fix: 'Load it again' }));
    });
    return {
      number: this.loads, lost,
      dispose: () => {
        if (!disposed) this.live--;
        disposed = true;
        return this.failDispose === null ? Promise.resolve() : Promise.reject(this.failDispose);
      },
    };
  }
}

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => { open = resolve; });
  return { opened, open };
}

function setUp<Name extends string>(budget: bigint, sizes: Readonly<Record<Name, number>>): { manager: ModelManager; backends: Record<Name, Backend> } {
  const manager = new ModelManager({ budgetBytes: budget });
  const backends = Object.fromEntries(Object.entries<number>(sizes).map(([id, size]) => [id, new Backend(size)])) as Record<Name, Backend>;
  for (const [id, backend] of Object.entries<Backend>(backends)) manager.register(id, backend);
  return { manager, backends };
}

const loaded = (manager: ModelManager): string => manager.status().filter((status) => status.loaded).map(({ id }) => id).join('');

describe('the reference', () => {
  it('its calls work as they are written: gigabytes, bigints, a lifecycle beside the model, awaited or not', async () => {
    const manager = new ModelManager({ budgetGb: 8 });
    expect(manager.budgetBytes()).toBe(8n * 1_073_741_824n);
    expect(new ModelManager(0.5).budgetBytes()).toBe(512n * 1024n * 1024n);
    const calls: string[] = [];
    const lifecycle = (id: string): { load(): Promise<string>; unload(): Promise<void> } => ({
      load: () => { calls.push(`load ${id}`); return Promise.resolve(id); }, unload: () => { calls.push(`unload ${id}`); return Promise.resolve(); },
    });
    manager.register('llama-8b', null, 4_500_000_000, lifecycle('llama'));
    manager.register('qwen-7b', {}, 4_200_000_000n, lifecycle('qwen'));
    expect(await manager.load('llama-8b')).toBe('llama');
    expect(manager.usedBytes()).toBe(4_500_000_000n);
    expect(await manager.ensureLoaded('qwen-7b')).toBe('qwen');
    expect(calls).toEqual(['load llama', 'unload llama', 'load qwen']);
    expect(manager.status()).toEqual([
      { id: 'llama-8b', loaded: false, vramEstimate: 4_500_000_000n, inUse: 0 }, { id: 'qwen-7b', loaded: true, vramEstimate: 4_200_000_000n, inUse: 0 },
    ]);
    expect(manager.availableBytes()).toBe(8n * 1_073_741_824n - 4_200_000_000n);
    await manager.unregister('qwen-7b');
    expect(manager.usedBytes()).toBe(0n);
    expect(() => manager.isLoaded('qwen-7b')).toThrow(ValidationError);
  });

  it('what cannot work is refused', async () => {
    for (const budget of [0, -1, Number.NaN, { budgetBytes: 0n }]) expect(() => new ModelManager(budget)).toThrow(ValidationError);
    const { manager } = setUp(10n, { a: 1 });
    expect(() => manager.register('a', new Backend())).toThrow(/there is a model/);
    expect(() => manager.register('b', {})).toThrow(/no load/);
    expect(() => manager.register('c', new Backend(), -1)).toThrow(ValidationError);
    expect(() => manager.register('d', new Backend(), Number.NaN)).toThrow(ValidationError);
    await expect(manager.load('zz')).rejects.toBeInstanceOf(ValidationError);
  });
});

it('evicts what was not used for longest, and never what is in use', async () => {
  const { manager, backends } = setUp(3n, { a: 1, b: 1, c: 1, d: 2, e: 4 });
  for (const id of ['a', 'b', 'c', 'a']) await manager.load(id);
  await manager.use('b', async () => {
    await manager.load('d');
    expect(loaded(manager)).toBe('bd');
    const refused = manager.load('c');
    await refused;
    expect(loaded(manager)).toBe('bc');
    await manager.use('c', async () => {
      await expect(manager.load('d')).rejects.toMatchObject({ problem: 'vram', message: expect.stringContaining('b, c') as string });
    });
  });
  await expect(manager.load('e')).rejects.toMatchObject({ problem: 'vram' });
  expect(loaded(manager)).toBe('bc');
  expect(backends.e.loads).toBe(0);
});

it('concurrent loads are one, and one that gives up does not stop it; when all give up it is aborted', async () => {
  const { manager, backends: { a } } = setUp(3n, { a: 1 });
  const { opened, open } = gate();
  a.gate = opened;
  const [first, second] = [new AbortController(), new AbortController()];
  const loads = [manager.load('a', first), manager.load('a'), manager.load('a', second)];
  first.abort();
  await expect(loads[0]).rejects.toBeInstanceOf(AbortedError);
  open();
  expect(await loads[1]).toBe(await loads[2]);
  expect(a.loads).toBe(1);
  await manager.unload('a');

  const again = gate();
  a.gate = again.opened;
  const stop = new AbortController();
  const given = manager.load('a', stop);
  stop.abort();
  again.open();
  await expect(given).rejects.toBeInstanceOf(AbortedError);
  expect([manager.isLoaded('a'), manager.usedBytes(), a.live]).toEqual([false, 0n, 0]);
  await manager.load('a');
  expect(a.live).toBe(1);
});

it('a load or an unload that fails leaves the budget right, and may be tried again', async () => {
  const { manager, backends: { a, b } } = setUp(1n, { a: 1, b: 1 });
  a.fail = new Error('no such file');
  await expect(manager.load('a')).rejects.toThrow('no such file');
  expect(manager.usedBytes()).toBe(0n);
  a.fail = null;
  await manager.load('a');
  a.failDispose = new Error('stuck');
  await expect(manager.load('b')).rejects.toThrow('stuck');
  expect(manager.usedBytes()).toBe(0n);
  await manager.load('b');
  expect([loaded(manager), b.live]).toEqual(['b', 1]);
});

it('unloading in the middle of a load aborts it', async () => {
  const { manager, backends: { a } } = setUp(1n, { a: 1 });
  const { opened, open } = gate();
  a.gate = opened;
  const load = manager.load('a');
  const unload = manager.unload('a');
  open();
  await expect(load).rejects.toBeInstanceOf(AbortedError);
  await unload;
  expect([manager.usedBytes(), a.live]).toEqual([0n, 0]);
});

it('a model whose device went away is given back and loaded again by the next use', async () => {
  const { manager, backends: { a } } = setUp(1n, { a: 1 });
  const first = await manager.load<{ number: number }>('a');
  a.lose();
  await Promise.resolve();
  await Promise.resolve();
  const second = await manager.load<{ number: number }>('a');
  expect([first.number, second.number, a.live]).toEqual([1, 2, 1]);
  for (const error of [new WorkerCrashedError('gone'), new LocalModelError('gone', { problem: 'device-lost', fix: '' })]) {
    await expect(manager.use('a', () => Promise.reject(error))).rejects.toBe(error);
  }
  expect(await manager.use('a', ({ number }: { number: number }) => number)).toBe(4);
  const other = new LocalModelError('too long', { problem: 'bad-input', fix: '' });
  await expect(manager.use('a', () => Promise.reject(other))).rejects.toBe(other);
  expect([manager.isLoaded('a'), a.live]).toEqual([true, 1]);
});

const SIZES = { a: 1, b: 2, c: 3, d: 5 };
type Id = keyof typeof SIZES;
const step = record({ kind: constantFrom('load', 'unload', 'use', 'fail', 'lose'), id: constantFrom<Id[]>('a', 'b', 'c', 'd') });

it('one call after the other it does what a simple list does', async () => {
  await assert(asyncProperty(array(step, { maxLength: 30 }), integer({ min: 4, max: 9 }), async (steps, budget) => {
    const { manager, backends } = setUp(BigInt(budget), SIZES);
    // Loaded models, least recently used first.
    let expected: Id[] = [];
    const used = (): number => expected.reduce((sum, id) => sum + SIZES[id], 0);
    for (const { kind, id } of steps) {
      if (kind === 'unload') {
        await manager.unload(id);
        expected = expected.filter((other) => other !== id);
      } else if (kind === 'lose') {
        if (expected.includes(id)) backends[id].lose();
        await new Promise((resolve) => { setTimeout(resolve, 0); });
        expected = expected.filter((other) => other !== id);
      } else {
        const fits = SIZES[id] <= budget;
        const fails = kind === 'fail' && !expected.includes(id);
        backends[id].fail = fails ? new Error('no') : null;
        const done = await (kind === 'use' ? manager.use(id, () => 1) : manager.load(id)).then(() => true, () => false);
        expect(done).toBe(fits && !fails);
        if (fits) {
          expected = expected.filter((other) => other !== id || !fails);
          if (!expected.includes(id)) while (used() + SIZES[id] > budget) expected.shift();
          expected = expected.filter((other) => other !== id);
          if (!fails) expected.push(id);
        }
      }
      expect(loaded(manager)).toBe([...expected].sort().join(''));
      expect(manager.usedBytes()).toBe(BigInt(used()));
      for (const [name, { live }] of Object.entries(backends)) expect(live).toBe(expected.includes(name as Id) ? 1 : 0);
    }
  }), { numRuns: 150 });
});

it('calls at the same time never exceed the budget, never evict what is in use, and leave nothing behind', async () => {
  const call = record({ kind: constantFrom('load', 'unload', 'use', 'abort', 'fail'), id: constantFrom<Id[]>('a', 'b', 'c', 'd'), ticks: integer({ min: 0, max: 6 }) });
  await assert(asyncProperty(array(call, { maxLength: 40 }), integer({ min: 5, max: 9 }), async (calls, budget) => {
    const { manager, backends } = setUp(BigInt(budget), SIZES);
    const pause = async (ticks: number): Promise<void> => { for (let i = 0; i < ticks; i++) await Promise.resolve(); };
    for (const backend of Object.values(backends)) backend.gate = pause(3);
    const check = (): void => expect(Number(manager.usedBytes())).toBeLessThanOrEqual(budget);
    const allowed = (error: unknown): void => {
      const fine = error instanceof AbortedError || (error instanceof LocalModelError && error.problem === 'vram') || (error as Error).message === 'no';
      if (!fine) throw error;
    };
    const unloaded = new Set(calls.filter(({ kind }) => kind === 'unload').map(({ id }) => id));
    await Promise.all(calls.map(async ({ kind, id, ticks }) => {
      await pause(ticks);
      check();
      if (kind === 'unload') return manager.unload(id);
      if (kind === 'abort') {
        const stop = new AbortController();
        const load = manager.load(id, stop).catch(allowed);
        await pause(ticks);
        stop.abort();
        return load;
      }
      if (kind === 'fail') {
        backends[id].fail = new Error('no');
        await pause(ticks);
        backends[id].fail = null;
        return undefined;
      }
      if (kind === 'load') return manager.load(id).catch(allowed);
      return manager.use(id, async (model: { number: number }) => {
        for (let i = 0; i < ticks; i++) {
          await Promise.resolve();
          check();
          if (!unloaded.has(id)) expect(manager.isLoaded(id)).toBe(true);
        }
        return model.number;
      }).catch(allowed);
    }));
    check();
    for (const { id, loaded: isIn, inUse } of manager.status()) {
      expect(inUse).toBe(0);
      expect(backends[id as Id].live).toBe(isIn ? 1 : 0);
      await manager.unload(id);
    }
    expect(manager.usedBytes()).toBe(0n);
    expect(Object.values(backends).map(({ live }) => live)).toEqual([0, 0, 0, 0]);
  }), { numRuns: 300 });
});
