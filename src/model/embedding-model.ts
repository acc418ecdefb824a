import { UnsupportedError, ValidationError } from '../base/error-classes.ts';
import type { JsonObject } from '../base/json.ts';
import type { TokenUsage } from '../spec/completion.ts';
import type { EmbedOptions, EmbeddingSpec } from '../spec/embedding.ts';
import { costOf } from './pricing.ts';

/** A vector. */
export type Vector = readonly number[] | Float32Array;

/** What embedding gives: the vectors as a list, and again under `embeddings` beside what else is known. */
export interface EmbeddingResponse extends ReadonlyArray<Vector> {
  /** One vector per text, in order. */
  readonly embeddings: readonly Vector[];
  readonly model: string;
  readonly usage?: TokenUsage;
  /** US dollars, when the model's price is registered. */
  readonly cost?: number;
  readonly metadata: JsonObject;
}

/** What serves an EmbeddingModel: one request for some texts. */
export interface EmbeddingBackend {
  readonly provider: string;
  readonly modelId: string;
  /** Numbers per vector; 0 while unknown. */
  readonly dimensions: number;
  /** Most texts of one request. */
  readonly maxBatchSize: number;
  doEmbedBatch(texts: readonly string[], options: EmbedOptions): Promise<{ readonly vectors: readonly Vector[]; readonly tokens?: number }>;
}

/** Name and vector length of a model whose `embed` is overridden. */
export interface EmbeddingModelConfig { readonly modelId: string; readonly dimensions: number }

const PARALLEL_BATCHES = 4;

/** A model that turns texts into vectors. Subclass it and override `embed`, or take one of a provider. */
export class EmbeddingModel implements EmbeddingSpec {
  readonly modelId: string;
  readonly #backend: EmbeddingBackend | undefined;
  #dimensions: number;

  constructor(backend: EmbeddingBackend | EmbeddingModelConfig) {
    this.modelId = backend.modelId;
    this.#dimensions = backend.dimensions;
    this.#backend = 'doEmbedBatch' in backend ? backend : undefined;
  }

  /** Numbers per vector; 0 until the first answer of a model whose length is not known in advance. */
  get dimensions(): number { return this.#dimensions; }

  get provider(): string { return this.#backend?.provider ?? 'custom'; }

  /** The reference's form: a model served by a function from texts to vectors. */
  static fromJsHandler(modelId: string, dimensions: number, handler: (texts: string[]) => Promise<readonly Vector[]> | readonly Vector[]): EmbeddingModel {
    return new EmbeddingModel({
      provider: 'custom', modelId, dimensions, maxBatchSize: Infinity, doEmbedBatch: async (texts) => ({ vectors: await handler([...texts]) }),
    });
  }

  /**
   * Turn texts into vectors, in as many requests as it takes.
   *
   * @throws what a completion throws, and ValidationError when the answer has not one vector for each text.
   */
  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<EmbeddingResponse> {
    const backend = this.#backend;
    if (backend === undefined) throw new UnsupportedError(`unsupported: the embedding model '${this.modelId}' must override embed`);
    const batches: (readonly string[])[] = [];
    for (let at = 0; at < texts.length; at += backend.maxBatchSize) batches.push(texts.slice(at, at + backend.maxBatchSize));
    const results: { vectors: readonly Vector[]; tokens?: number }[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let i = next++; i < batches.length; i = next++) {
        const batch = batches[i] as readonly string[];
        const result = await backend.doEmbedBatch(batch, options);
        if (result.vectors.length !== batch.length) {
          throw new ValidationError(`invalid input: ${this.modelId} gave ${result.vectors.length} vectors for ${batch.length} texts`);
        }
        results[i] = result;
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL_BATCHES, batches.length) }, work));
    const vectors = results.flatMap((result) => result.vectors);
    this.#dimensions = vectors[0]?.length ?? this.#dimensions;
    return respond(vectors, this.modelId, results.reduce((sum, { tokens = 0 }) => sum + tokens, 0));
  }

  /** `embed` as other rooms call it; a subclass that overrides `embed` may give a list or an object with `embeddings`. */
  async doEmbed(texts: readonly string[], options: EmbedOptions = {}): Promise<readonly Vector[]> {
    const response: readonly Vector[] | { readonly embeddings: readonly Vector[] } = await this.embed(texts, options);
    return 'embeddings' in response ? response.embeddings : response;
  }
}

function respond(vectors: readonly Vector[], model: string, tokens: number): EmbeddingResponse {
  const usage: TokenUsage | undefined = tokens === 0 ? undefined : {
    promptTokens: tokens, completionTokens: 0, totalTokens: tokens, reasoningTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0,
  };
  const cost = usage === undefined ? null : costOf(model, usage);
  const list = [...vectors];
  const more = { embeddings: list, model, metadata: {}, ...(usage ? { usage } : {}), ...(cost === null ? {} : { cost }) };
  // Not enumerable: the response is the list of vectors.
  for (const [name, value] of Object.entries(more)) Object.defineProperty(list, name, { value });
  return list as unknown as EmbeddingResponse;
}
