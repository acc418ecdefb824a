import type { EmbeddingVerbs } from './embedding.ts';

/** Where a server differs from OpenAI's embeddings. */
export interface OpenAIEmbeddingQuirks {
  /** Ask for base64, a quarter of the bytes. Default false: not every server knows it. */
  readonly base64?: boolean;
  /** Name of the vector length. Default dimensions. */
  readonly dimensionsField?: string;
  /** Send what the texts are for as `input_type` (Voyage). Default false. */
  readonly inputType?: boolean;
}

/** The verbs of OpenAI's embeddings, which most servers speak. */
export function openAIEmbedding(quirks: OpenAIEmbeddingQuirks = {}): EmbeddingVerbs {
  const { base64 = false, dimensionsField = 'dimensions', inputType = false } = quirks;
  return {
    path: () => '/embeddings',
    encode: ({ model, texts, dimensions, purpose }) => ({
      model, input: texts, ...(dimensions === undefined ? {} : { [dimensionsField]: dimensions }),
      ...(base64 ? { encoding_format: 'base64' } : {}), ...(inputType ? { input_type: purpose } : {}),
    }),
  };
}
