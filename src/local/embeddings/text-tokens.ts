import { LocalModelError } from '../../base/error-classes.ts';

/** One text, or a pair of them, as the model reads it. */
export interface TokenRow {
  readonly ids: readonly number[];
  /** 0 for the first text of a pair, 1 for the second; absent when the tokenizer knows no types. */
  readonly types?: readonly number[];
}

/** What is read of a model's `config.json`. */
export interface ModelConfig {
  readonly vocab_size?: number;
  readonly max_position_embeddings?: number;
  readonly pad_token_id?: number | null;
  readonly model_type?: string;
}

/** A tokenizer of `@huggingface/tokenizers`, as far as it is used. */
export interface TokenizerLike {
  encode(text: string, options: { text_pair?: string; add_special_tokens?: boolean; return_token_type_ids?: boolean }):
    { readonly ids: readonly number[]; readonly token_type_ids?: readonly number[] };
}

/** The package `@huggingface/tokenizers`, as far as it is used. */
export interface TokenizersPackage {
  readonly Tokenizer: new (tokenizer: object, config: object) => TokenizerLike;
}

/** How texts are cut. */
export interface TokenLimits {
  readonly maxTokens?: number | undefined;
  readonly truncate?: boolean | undefined;
}

const DEFAULT_MAX_TOKENS = 512;
/** Their places are counted from behind the number of the padding token. */
const OFFSET_PLACES = /roberta|camembert|mpnet|longformer/;

/** Turns texts into token numbers that the model can take. */
export class TextTokens {
  readonly #tokenizer: TokenizerLike;
  readonly #maxTokens: number;
  readonly #truncate: boolean;
  readonly #vocabulary: number;
  /** What shorter texts of a batch are filled up with. */
  readonly padding: number;

  constructor(tokenizer: TokenizerLike, definition: object, config: ModelConfig, { maxTokens, truncate = true }: TokenLimits) {
    const { truncation, padding } = definition as { truncation?: { max_length?: number } | null; padding?: { pad_id?: number } | null };
    this.#tokenizer = tokenizer;
    this.padding = config.pad_token_id ?? padding?.pad_id ?? 0;
    this.#maxTokens = Math.min(maxTokens ?? Infinity, places(config) ?? truncation?.max_length ?? (maxTokens === undefined ? DEFAULT_MAX_TOKENS : Infinity));
    this.#truncate = truncate;
    this.#vocabulary = config.vocab_size ?? Infinity;
  }

  /** @throws LocalModelError 'bad-input' */
  row(text: string): TokenRow {
    const row = this.#encode(text);
    if (row.ids.length <= this.#maxTokens) return this.#check(row);
    this.#refuseLong(row.ids.length);
    return this.#check(this.#cut(row, this.#bare(text)));
  }

  /** Both texts in one row; when they are too long together, the second is cut. @throws LocalModelError 'bad-input' */
  pair(first: string, second: string): TokenRow {
    const row = this.#encode(first, second);
    if (row.ids.length <= this.#maxTokens) return this.#check(row);
    this.#refuseLong(row.ids.length);
    const bare = this.#bare(second);
    if (row.ids.length - bare.length >= this.#maxTokens) {
      throw badInput(`the first text alone has more than the ${this.#maxTokens} tokens that the model takes`, 'Shorten the question');
    }
    return this.#check(this.#cut(row, bare));
  }

  #encode(text: string, pair?: string): TokenRow {
    if (typeof text !== 'string' || (pair !== undefined && typeof pair !== 'string')) throw badInput('a text is not a string', 'Pass strings');
    const { ids, token_type_ids: types } = this.#tokenizer.encode(text, { return_token_type_ids: true, ...(pair === undefined ? {} : { text_pair: pair }) });
    if (ids.length === 0) throw badInput('a text has no tokens', 'Leave empty texts out');
    return types === undefined || types.length !== ids.length ? { ids } : { ids, types };
  }

  #bare(text: string): readonly number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  #refuseLong(length: number): void {
    if (this.#truncate) return;
    throw badInput(`a text has ${length} tokens, and the model takes ${this.#maxTokens}`, "Split it, or allow 'truncate'");
  }

  /** Drops the end of `bare`, the last text of the row, and keeps the special tokens around it. */
  #cut({ ids, types }: TokenRow, bare: readonly number[]): TokenRow {
    const spare = ids.length - this.#maxTokens;
    let end = ids.length;
    for (let after = 0; after <= ids.length - bare.length; after++) {
      const start = ids.length - after - bare.length;
      if (bare.every((id, i) => ids[start + i] === id)) {
        end = ids.length - after;
        break;
      }
    }
    const keep = <T>(values: readonly T[]): T[] => [...values.slice(0, end - spare), ...values.slice(end)];
    return types === undefined ? { ids: keep(ids) } : { ids: keep(ids), types: keep(types) };
  }

  #check(row: TokenRow): TokenRow {
    const wrong = row.ids.find((id) => !(id >= 0 && id < this.#vocabulary));
    if (wrong === undefined) return row;
    throw badInput(`the tokenizer gives the token ${wrong}, and the model knows ${this.#vocabulary} of them`, 'Give the tokenizer that belongs to the model');
  }
}

export function badInput(what: string, fix: string, cause?: unknown): LocalModelError {
  return new LocalModelError(`Cannot compute: ${what}`, { problem: 'bad-input', fix, ...(cause === undefined ? {} : { cause }) });
}

function places({ max_position_embeddings: most, model_type: type = '', pad_token_id: padding }: ModelConfig): number | undefined {
  return most !== undefined && OFFSET_PLACES.test(type) ? most - (padding ?? 1) - 1 : most;
}
