import { MemoryEmbeddingError, ValidationError } from '../base/error-classes.ts';
import { isBlazenError } from '../base/errors.ts';
import type { EmbedOptions, EmbeddingSpec } from '../spec/embedding.ts';

/** An embedding model in the documented form: a class or object with `embed`. */
export interface EmbedsTexts {
  readonly modelId?: string;
  readonly dimensions?: number;
  embed(texts: string[]): Promise<readonly ArrayLike<number>[] | { readonly embeddings: readonly ArrayLike<number>[] }>;
}

/** What a memory accepts as its embedder. */
export type EmbedderInput = EmbeddingSpec | EmbedsTexts;

/** Turns texts into checked vectors; every vector of one source has the same length. */
export class VectorSource {
  readonly #embedder: EmbeddingSpec;
  #dimensions: number;

  constructor(input: EmbedderInput) {
    this.#embedder = toSpec(input);
    this.#dimensions = this.#embedder.dimensions;
  }

  /** Numbers per vector; 0 until it is known. */
  get dimensions(): number {
    return this.#dimensions;
  }

  /** What is written beside each vector: `model@version/dimensions`. */
  get stamp(): string {
    return `${this.#embedder.modelId}@${this.#embedder.version ?? ''}/${this.#dimensions}`;
  }

  /** One vector per text. Throws MemoryEmbeddingError when the model fails or gives something unusable. */
  async embed(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]> {
    let vectors: readonly ArrayLike<number>[];
    try {
      vectors = await this.#embedder.doEmbed(texts, options);
    } catch (cause) {
      if (isBlazenError(cause) || options.signal?.aborted === true) throw cause;
      throw new MemoryEmbeddingError(`Cannot embed: model '${this.#embedder.modelId}' failed`, { cause });
    }
    if (!Array.isArray(vectors) || vectors.length !== texts.length) {
      throw new MemoryEmbeddingError(
        `Cannot embed: model '${this.#embedder.modelId}' gave ${vectors?.length ?? 'no'} vectors for ${texts.length} texts`);
    }
    return vectors.map((vector: ArrayLike<number>) => this.check(vector));
  }

  /** The vector as packed floats. Throws MemoryEmbeddingError for a wrong length, NaN, infinity or all zeros. */
  check(vector: ArrayLike<number>): Float32Array {
    const packed = vector instanceof Float32Array ? vector : Float32Array.from(vector);
    if (this.#dimensions === 0) this.#dimensions = packed.length;
    if (packed.length !== this.#dimensions || packed.length === 0) {
      throw new MemoryEmbeddingError(
        `Cannot use the vector: it has ${packed.length} numbers and model '${this.#embedder.modelId}' has ${this.#dimensions}`);
    }
    let square = 0;
    for (const value of packed) square += value * value;
    if (!(square > 0 && square < Infinity)) {
      throw new MemoryEmbeddingError(`Cannot use the vector: it ${square === 0 ? 'is all zeros' : 'contains NaN or infinity'}`);
    }
    return packed;
  }
}

function toSpec(input: EmbedderInput): EmbeddingSpec {
  if (typeof input === 'object' && input !== null) {
    if ('doEmbed' in input && typeof input.doEmbed === 'function') return input;
    if ('embed' in input && typeof input.embed === 'function') {
      const { modelId = 'custom', dimensions = 0 } = input;
      return { modelId, dimensions, doEmbed: async (texts) => {
        const answer = await input.embed([...texts]);
        return 'embeddings' in answer ? answer.embeddings : answer;
      } };
    }
  }
  throw new ValidationError("Cannot use the embedder: it lacks 'doEmbed'");
}
