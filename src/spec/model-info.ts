/** Prices in US dollars. */
export interface ModelPricing {
  readonly inputPerMillion?: number;
  readonly outputPerMillion?: number;
  /** Input read from the provider's cache; default the input price. */
  readonly cacheReadPerMillion?: number;
  /** Input written to the provider's cache; default the input price. */
  readonly cacheWritePerMillion?: number;
  readonly perImage?: number;
  readonly perSecond?: number;
}

/** What a model can do. */
export interface ModelCapabilities {
  readonly chat?: boolean;
  readonly streaming?: boolean;
  readonly toolUse?: boolean;
  readonly structuredOutput?: boolean;
  readonly vision?: boolean;
  readonly embeddings?: boolean;
}

/** An entry of a model catalogue. */
export interface ModelInfo {
  readonly id: string;
  readonly provider: string;
  readonly name?: string;
  /** Tokens. */
  readonly contextLength?: number;
  readonly pricing?: ModelPricing;
  readonly capabilities?: ModelCapabilities;
}
