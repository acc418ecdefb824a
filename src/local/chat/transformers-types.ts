import type { PipelineLike, TransformersLib } from '../transformers-lib.ts';

// The part of @huggingface/transformers that is used here, so that nobody needs the package for its types.

/** Whole numbers in rows, such as the ids of a text. */
export interface IdTensor {
  readonly data: ArrayLike<bigint>;
  readonly dims: readonly number[];
}

/** A tokenizer with a chat template. */
export interface ChatTokenizer {
  (text: string, options: { add_special_tokens: boolean; truncation: boolean }): { readonly input_ids: IdTensor; readonly attention_mask: IdTensor };
  readonly chat_template?: unknown;
  readonly model_max_length?: number;
  get_chat_template(options: { tools?: object[] }): string;
  apply_chat_template(messages: object[], options: { tokenize: false; add_generation_prompt: true; tools?: object[] }): unknown;
}

/** Pipeline 'text-generation'. */
export interface TextGenerationPipeline extends PipelineLike {
  readonly tokenizer: ChatTokenizer;
  readonly model: PipelineLike['model'] & {
    readonly config: { readonly max_position_embeddings?: number; readonly n_positions?: number; readonly vocab_size?: number };
    readonly generation_config?: { readonly eos_token_id?: number | readonly number[] | null } | null;
    generate(options: object): Promise<IdTensor>;
  };
}

/** Stops a generation after the token it is at. */
export interface Interrupter { interrupt(): void }

/** The package with what chat needs of it. */
export interface TransformersChatLib extends TransformersLib {
  readonly TextStreamer: new (tokenizer: never, options: { skip_prompt: boolean; skip_special_tokens: boolean; callback_function: (text: string) => void }) => object;
  readonly InterruptableStoppingCriteria: new () => Interrupter;
}
