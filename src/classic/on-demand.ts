import type { LoadedModel } from '../local/index.ts';

/** A model of this device that loads itself when it is wanted, and again after it was unloaded or lost. */
export class OnDemand<Model extends LoadedModel> {
  readonly #open: () => Promise<Model>;
  #loading: Promise<Model> | undefined;
  isLoaded = false;

  constructor(open: () => Promise<Model>) {
    this.#open = open;
  }

  load(): Promise<Model> {
    return this.#loading ?? this.#load();
  }

  async unload(): Promise<void> {
    const loading = this.#loading;
    this.#forget();
    await loading?.then((model) => model.dispose(), () => undefined);
  }

  async #load(): Promise<Model> {
    const loading = this.#open();
    const isCurrent = (): boolean => this.#loading === loading;
    this.#loading = loading;
    try {
      const model = await loading;
      if (isCurrent()) this.isLoaded = true;
      void model.lost?.then(() => (isCurrent() ? this.unload() : undefined));
      return model;
    } catch (error) {
      if (isCurrent()) this.#forget();
      throw error;
    }
  }

  #forget(): void {
    this.#loading = undefined;
    this.isLoaded = false;
  }
}
