import { throwIfAborted } from '../base/abort.ts';
import { LocalModelError } from '../base/error-classes.ts';
import type { LocalBackend, LocalChatModel } from '../local/chat/index.ts';
import type { ChatModelSpec, CompletionRequest, CompletionResult, StreamPart } from '../spec/completion.ts';

/** A model of this device behind a model id: it loads itself when it is asked, and again after it was unloaded or lost. */
export class OnDemandModel implements ChatModelSpec {
  readonly provider = 'web-llm';
  readonly modelId: string;
  /** Bytes the model takes in memory; null when nobody knows. */
  readonly vramBytes: number | null;
  readonly #backend: LocalBackend<LocalChatModel> | undefined;
  #loading: Promise<LocalChatModel> | undefined;
  isLoaded = false;

  constructor(modelId: string, backend: LocalBackend<LocalChatModel> | undefined) {
    this.modelId = modelId;
    this.vramBytes = backend?.vramBytes ?? null;
    this.#backend = backend;
  }

  async doComplete(request: CompletionRequest): Promise<CompletionResult> {
    throwIfAborted(request.signal, 'The request');
    return (await this.load()).doComplete(request);
  }

  async* doStream(request: CompletionRequest): AsyncGenerator<StreamPart, void, undefined> {
    throwIfAborted(request.signal, 'The request');
    yield* (await this.load()).doStream(request);
  }

  load(): Promise<LocalChatModel> {
    return this.#loading ?? this.#load();
  }

  async unload(): Promise<void> {
    const loading = this.#loading;
    this.#forget();
    await loading?.then((model) => model.dispose(), () => undefined);
  }

  async #load(): Promise<LocalChatModel> {
    if (this.#backend === undefined) {
      throw new LocalModelError(`Cannot load '${this.modelId}': it was made without a backend`, {
        problem: 'not-installed', fix: `Pass webLlm({ model: '${this.modelId}', … }) of blazen-ts/local/chat as the second argument`,
      });
    }
    const loading = this.#backend.load();
    const isCurrent = (): boolean => this.#loading === loading;
    this.#loading = loading;
    try {
      const model = await loading;
      if (isCurrent()) this.isLoaded = true;
      void model.lost.then(() => (isCurrent() ? this.unload() : undefined));
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
