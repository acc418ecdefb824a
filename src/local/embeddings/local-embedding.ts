import type { LocalModelError } from '../../base/error-classes.ts';
import { type EmbeddingBackend, EmbeddingModel } from '../../model/index.ts';
import type { EmbedOptions } from '../../spec/embedding.ts';
import type { Lifetime } from '../lifetime.ts';
import type { LoadedModel } from '../local-backend.ts';
import { type Embedder, embedTexts, type VectorOptions, versionOf } from './embed-texts.ts';

/** An embedding model in the memory of this device: it goes wherever an EmbeddingModel goes, and is given back at the end. */
export class LocalEmbeddingModel extends EmbeddingModel implements LoadedModel {
  /** How vectors are made; changes when the same model gives other ones. */
  readonly version: string;
  readonly lost?: Promise<LocalModelError>;
  readonly #loaded: LoadedModel;

  constructor(backend: EmbeddingBackend, version: string, loaded: LoadedModel) {
    super(backend);
    this.version = version;
    this.#loaded = loaded;
    if (loaded.lost !== undefined) this.lost = loaded.lost;
  }

  dispose(): Promise<void> {
    return this.#loaded.dispose();
  }
}

const BATCH_SIZE = 32;

/** The embedding model of a runtime that has loaded one. Disposes of it when it cannot compute. */
export async function openEmbedding(
  loaded: LoadedModel & { readonly lifetime: Lifetime }, names: Pick<EmbeddingBackend, 'provider' | 'modelId'>,
  options: VectorOptions & { readonly batchSize?: number }, embedder: Embedder, signal: AbortSignal | undefined,
): Promise<LocalEmbeddingModel> {
  const embed = async (texts: readonly string[], { purpose, signal: stop }: EmbedOptions): Promise<{ vectors: Float32Array[]; tokens: number }> =>
    embedTexts(embedder, texts, options, purpose, options.batchSize ?? BATCH_SIZE, loaded.lifetime.call(stop));
  try {
    // A model that loads has computed: what does not fit together shows now, and the length of the vectors is known.
    const { vectors } = await embed(['a'], signal === undefined ? {} : { signal });
    const dimensions = (vectors[0] as Float32Array).length;
    return new LocalEmbeddingModel({ ...names, dimensions, maxBatchSize: Infinity, doEmbedBatch: embed }, versionOf(options), loaded);
  } catch (error) {
    await loaded.dispose();
    throw error;
  }
}
