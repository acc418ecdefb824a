import { abortError } from '../base/abort.ts';
import { AbortedError, LocalModelError, ValidationError, WorkerCrashedError } from '../base/error-classes.ts';
import type { LoadOptions } from './local-backend.ts';
import { SharedWork } from './shared-work.ts';

/** How much may be loaded at once: gigabytes (1024 ** 3 bytes), or one of the fields. */
export type ModelBudget = number | { readonly budgetGb: number } | { readonly budgetBytes: bigint };

/** How a model of one's own comes into memory and leaves it. `load` may give the loaded model. */
export interface ModelLifecycle {
  load(options?: LoadOptions): Promise<unknown>;
  unload(): Promise<unknown>;
}

/** What can be registered: a LocalBackend, or anything with `load`, and `unload` on it or `dispose` on what `load` gives. */
export interface ManagedModel {
  load(options?: LoadOptions): Promise<unknown>;
  unload?(): Promise<unknown>;
  readonly vramBytes?: number | (() => Promise<number | null>);
}

/** One registered model. */
export interface ModelStatus {
  readonly id: string;
  readonly loaded: boolean;
  /** Bytes it counts for while it is loaded. */
  readonly vramEstimate: bigint;
  /** Calls of `use` at work; such a model is not evicted. */
  readonly inUse: number;
}

interface Entry {
  readonly id: string;
  readonly lifecycle: ManagedModel;
  bytes: bigint | null;
  state: 'out' | 'loading' | 'in' | 'leaving';
  model: unknown;
  loading: SharedWork<unknown> | null;
  leaving: Promise<void>;
  inUse: number;
  /** Grows with every use; the smallest goes first. */
  lastUse: number;
}

const GIB = 1_073_741_824;

/**
 * Loads models when they are needed and unloads the least recently used ones when a budget of bytes would be exceeded.
 *
 * A model that is in use (`use`) is not evicted; concurrent loads of one model are one; a model whose GPU or worker went
 * away is loaded again by the next use. The budget counts estimates: what the models are said to need.
 *
 * @example
 * const manager = new ModelManager({ budgetGb: 2 });
 * manager.register('chat', transformersChat({ model: 'small', modelPath: '/models/' }), 1_500_000_000n);
 * const answer = await manager.use('chat', (model: ChatModel) => model.complete([ChatMessage.user('Hello')]));
 */
export class ModelManager {
  readonly #budget: bigint;
  readonly #entries = new Map<string, Entry>();
  #uses = 0;

  /** @throws ValidationError unless the budget is a positive number. */
  constructor(budget: ModelBudget) {
    const bytes = typeof budget === 'object' && 'budgetBytes' in budget ? budget.budgetBytes : toBytes((typeof budget === 'number' ? budget : budget.budgetGb) * GIB);
    if (bytes === null || bytes <= 0n) throw new ValidationError('Cannot create the model manager: its budget is not more than 0 bytes', { path: 'budget' });
    this.#budget = bytes;
  }

  /**
   * Makes a model known; it is not loaded.
   *
   * @param vramEstimate bytes; default what the model says in `vramBytes`, else 0
   * @param lifecycle loads and unloads it, when the model itself does not
   * @throws ValidationError for an id that is taken, a model that cannot be loaded, a negative estimate.
   */
  register(id: string, model: object | null, vramEstimate?: bigint | number | null, lifecycle?: ModelLifecycle): void {
    const found: Partial<ManagedModel> | null = lifecycle ?? model;
    if (this.#entries.has(id)) throw new ValidationError(`Cannot register '${id}': there is a model of this id`, { path: 'id' });
    if (typeof found?.load !== 'function') throw new ValidationError(`Cannot register '${id}': it has no load(); give a lifecycle`, { path: 'lifecycle' });
    const { vramBytes }: Partial<ManagedModel> = model ?? {};
    const estimate = vramEstimate ?? (typeof vramBytes === 'number' ? vramBytes : null);
    const bytes = estimate === null ? null : toBytes(estimate);
    if (estimate !== null && (bytes === null || bytes < 0n)) {
      throw new ValidationError(`Cannot register '${id}': 'vramEstimate' is not a number of bytes`, { path: 'vramEstimate' });
    }
    this.#entries.set(id, {
      id, lifecycle: found as ManagedModel, bytes, state: 'out', model: undefined, loading: null, leaving: Promise.resolve(), inUse: 0, lastUse: 0,
    });
  }

  /** Unloads a model and forgets it. */
  async unregister(id: string): Promise<void> {
    await this.unload(id);
    this.#entries.delete(id);
  }

  /**
   * Loads a model, evicting others if needed, and marks it as used just now.
   *
   * @returns what its `load` gave; the model may be evicted later, except inside `use`.
   * @throws LocalModelError 'vram' when it does not fit beside the models in use; what its `load`, or the `unload` of an
   *   evicted one, throws; AbortedError; ValidationError for an unknown id.
   */
  async load<Model = unknown>(id: string, options: LoadOptions = {}): Promise<Model> {
    const entry = this.#entry(id);
    let { model } = entry;
    while (entry.state !== 'in') {
      if (entry.state === 'leaving') await entry.leaving.catch(() => undefined);
      else if (entry.bytes === null) entry.bytes = toBytes(await askBytes(entry.lifecycle)) ?? 0n;
      else if (entry.loading === null && this.usedBytes() + entry.bytes > this.#budget) await this.#makeRoom(entry, entry.bytes);
      else {
        model = await (entry.loading ?? this.#start(entry)).join(options, `Loading '${id}'`);
        break;
      }
      ({ model } = entry);
    }
    entry.lastUse = ++this.#uses;
    return model as Model;
  }

  /** The reference's other name for `load`. */
  ensureLoaded<Model = unknown>(id: string, options?: LoadOptions): Promise<Model> {
    return this.load(id, options);
  }

  /** Loads a model and works with it; it is not evicted meanwhile. Throws what `load` and the work throw. */
  async use<Model, Result>(id: string, work: (model: Model) => Promise<Result> | Result, options: LoadOptions = {}): Promise<Result> {
    const entry = this.#entry(id);
    entry.inUse++;
    try {
      const model = await this.load<Model>(id, options);
      try {
        return await work(model);
      } catch (error) {
        if (isLoss(error)) this.#drop(entry, model);
        throw error;
      }
    } finally {
      entry.inUse--;
    }
  }

  /**
   * Gives the memory of a model back, also when it is in use; a load at work is aborted. Nothing happens when it is not loaded.
   *
   * @throws what its `unload` throws; it counts as unloaded all the same.
   */
  async unload(id: string): Promise<void> {
    const entry = this.#entry(id);
    if (entry.loading !== null) await entry.loading.cancel(new AbortedError(`The model '${id}' was unloaded`));
    await (entry.state === 'in' ? this.#leave(entry) : entry.leaving);
  }

  isLoaded(id: string): boolean {
    return this.#entry(id).state === 'in';
  }

  /** Bytes that may be loaded at once. */
  budgetBytes(): bigint {
    return this.#budget;
  }

  /** Bytes of what is loaded, coming or going. */
  usedBytes(): bigint {
    let used = 0n;
    for (const { state, bytes } of this.#entries.values()) if (state !== 'out') used += bytes ?? 0n;
    return used;
  }

  /** Bytes of the budget that are free. */
  availableBytes(): bigint {
    return this.#budget - this.usedBytes();
  }

  status(): ModelStatus[] {
    return [...this.#entries.values()].map(({ id, state, bytes, inUse }) => ({ id, loaded: state === 'in', vramEstimate: bytes ?? 0n, inUse }));
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new ValidationError(`Cannot find the model '${id}': it is not registered`, { path: 'id' });
    return entry;
  }

  /** Does one thing that may free some of the budget. */
  async #makeRoom(entry: Entry, bytes: bigint): Promise<void> {
    if (bytes > this.#budget) this.#refuse(entry, `the budget is ${this.#budget} bytes`);
    const others = [...this.#entries.values()].filter((other) => other !== entry && other.state !== 'out' && other.bytes !== 0n);
    const going = others.find(({ state }) => state === 'leaving');
    const [oldest] = others.filter(({ state, inUse }) => state === 'in' && inUse === 0).sort((a, b) => a.lastUse - b.lastUse);
    const coming = others.find(({ state, inUse }) => state === 'loading' && inUse === 0);
    if (going !== undefined) await going.leaving.catch(() => undefined);
    else if (oldest !== undefined) await this.#leave(oldest);
    else if (coming?.loading) await coming.loading.done.catch(() => undefined);
    else this.#refuse(entry, `${this.availableBytes()} are free, and these models are in use: ${others.map(({ id }) => id).join(', ')}`);
  }

  #refuse({ id, bytes }: Entry, reason: string): never {
    throw new LocalModelError(`Cannot load '${id}': it needs ${bytes} bytes; ${reason}`, {
      problem: 'vram', fix: 'Choose a smaller model, a larger budget, or let the models in use finish',
    });
  }

  #start(entry: Entry): SharedWork<unknown> {
    const load = async (options: LoadOptions & { readonly signal: AbortSignal }): Promise<unknown> => {
      let model: unknown;
      try {
        model = await entry.lifecycle.load(options);
      } catch (error) {
        Object.assign(entry, { state: 'out', loading: null });
        throw error;
      }
      entry.model = model;
      if (options.signal.aborted) {
        // Loaded after all, though nobody wants it: it goes again.
        await this.#leave(entry);
        throw abortError(options.signal, `Loading '${entry.id}'`);
      }
      Object.assign(entry, { state: 'in', loading: null, lastUse: ++this.#uses });
      void lossOf(model)?.then(() => this.#drop(entry, model));
      return model;
    };
    entry.state = 'loading';
    const work: SharedWork<unknown> = new SharedWork(load, () => {
      if (entry.state !== 'loading') return;
      // Who comes now waits for the end of it and begins anew.
      Object.assign(entry, { state: 'leaving', loading: null, leaving: work.done.then(() => undefined, () => undefined) });
    });
    // A `load` that threw at once has settled already.
    if ((entry.state as Entry['state']) === 'loading') entry.loading = work;
    return work;
  }

  /** The device of a loaded model went away: what is left of it is given back, and the next use loads it again. */
  #drop(entry: Entry, model: unknown): void {
    if (entry.state === 'in' && entry.model === model) this.#leave(entry).catch(() => undefined);
  }

  #leave(entry: Entry): Promise<void> {
    const { model, lifecycle } = entry;
    Object.assign(entry, { state: 'leaving', loading: null });
    entry.leaving = (async () => {
      try {
        if (typeof lifecycle.unload === 'function') await lifecycle.unload();
        else await (model as { dispose?(): Promise<void> } | undefined)?.dispose?.();
      } finally {
        entry.state = 'out';
        entry.model = undefined;
        entry.leaving = Promise.resolve();
      }
    })();
    entry.leaving.catch(() => undefined);
    return entry.leaving;
  }
}

async function askBytes(model: ManagedModel): Promise<number> {
  return (typeof model.vramBytes === 'function' ? await model.vramBytes() : null) ?? 0;
}

function toBytes(value: number | bigint): bigint | null {
  if (typeof value === 'bigint') return value;
  return Number.isFinite(value) ? BigInt(Math.ceil(value)) : null;
}

function lossOf(model: unknown): Promise<unknown> | undefined {
  const lost = (model as { lost?: unknown } | null | undefined)?.lost;
  return lost instanceof Promise ? lost : undefined;
}

/** The model is gone for good, not just this call. */
export function isLoss(error: unknown): boolean {
  return error instanceof WorkerCrashedError || (error instanceof LocalModelError && error.problem === 'device-lost');
}
