/** What an embedding call may be told. Everything is optional; a model that cannot use a field ignores it. */
export interface EmbedOptions {
  readonly signal?: AbortSignal;
  /** What the texts are for; asymmetric models prefix or route by it. Default 'document'. */
  readonly purpose?: 'document' | 'query';
  /** Rarity of a word in the collection that is searched, 0 or more; lexical models weigh query words by it. */
  readonly termWeight?: (term: string) => number;
}

/** A model that turns texts into vectors of one fixed length. Implemented by providers and local models. */
export interface EmbeddingSpec {
  /** Name of the model, as the provider spells it. Stored beside every vector. */
  readonly modelId: string;
  /** Numbers per vector. */
  readonly dimensions: number;
  /** Changes when the same name starts to give other vectors. Default ''. */
  readonly version?: string;
  /** One vector per text, in order. */
  doEmbed(texts: readonly string[], options?: EmbedOptions): Promise<readonly ArrayLike<number>[]>;
}
