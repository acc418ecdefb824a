import { createWorkerHost, type WorkerHost } from 'blazen-ts/local';
import type { modelMethods } from '../models/methods.ts';
import type { ModelEntry } from '../models/models.ts';
// oxlint-disable-next-line import/default -- vite makes this module: the URL of the built worker
import workerUrl from '../models/worker.ts?worker&url';
import { scriptUrl } from '../trusted-types.ts';

/** A model of this device that tells what texts mean, in a worker of its own. */
export class SearchModel {
  readonly modelId: string;
  readonly dimensions: number;
  readonly #worker: WorkerHost<typeof modelMethods>;

  private constructor(modelId: string, dimensions: number, worker: WorkerHost<typeof modelMethods>) {
    this.modelId = modelId;
    this.dimensions = dimensions;
    this.#worker = worker;
  }

  static async load(entry: ModelEntry, signal: AbortSignal): Promise<SearchModel> {
    const worker = createWorkerHost<typeof modelMethods>({ spawn: () => new Worker(scriptUrl(workerUrl), { type: 'module', name: 'search' }) });
    try {
      await worker.call('load', entry, { signal });
      const [vector] = await worker.call('embed', { texts: ['a'], purpose: 'query' }, { signal });
      return new SearchModel(entry.id, vector?.length ?? 0, worker);
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  /** What a memory asks of its embedder. */
  doEmbed(texts: readonly string[], { purpose = 'document', signal }: { readonly purpose?: 'document' | 'query'; readonly signal?: AbortSignal } = {}): Promise<readonly Float32Array[]> {
    return this.#worker.call('embed', { texts, purpose }, signal ? { signal } : {});
  }

  /** Ends its worker: all its memory is given back. */
  close(): void {
    this.#worker.close();
  }
}
