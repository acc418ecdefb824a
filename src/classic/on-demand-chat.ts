import { throwIfAborted } from '../base/abort.ts';
import { abortable } from '../base/abortable.ts';
import { LocalModelError } from '../base/error-classes.ts';
import type { LocalBackend, LocalChatModel } from '../local/chat/index.ts';
import type { ChatModelSpec, CompletionRequest, CompletionResult, StreamPart } from '../spec/completion.ts';
import { OnDemand } from './on-demand.ts';

/** A chat model of this device behind a model id. */
export class OnDemandChat extends OnDemand<LocalChatModel> implements ChatModelSpec {
  readonly provider = 'web-llm';
  readonly modelId: string;
  /** Bytes the model takes in memory; null when nobody knows. */
  readonly vramBytes: number | null;

  constructor(modelId: string, backend: LocalBackend<LocalChatModel> | undefined) {
    super(async () => {
      if (backend !== undefined) return backend.load();
      throw new LocalModelError(`Cannot load '${modelId}': it was made without a backend`, {
        problem: 'not-installed', fix: `Pass webLlm({ model: '${modelId}', … }) of blazen-ts/local/chat as the second argument`,
      });
    });
    this.modelId = modelId;
    this.vramBytes = backend?.vramBytes ?? null;
  }

  async doComplete(request: CompletionRequest): Promise<CompletionResult> {
    return (await this.#wanted(request)).doComplete(request);
  }

  async* doStream(request: CompletionRequest): AsyncGenerator<StreamPart, void, undefined> {
    yield* (await this.#wanted(request)).doStream(request);
  }

  #wanted({ signal }: CompletionRequest): Promise<LocalChatModel> {
    throwIfAborted(signal, 'The request');
    return abortable(this.load(), signal, 'The request');
  }
}
