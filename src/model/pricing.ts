import { isRecord } from '../base/json.ts';
import type { TokenUsage } from '../spec/completion.ts';
import type { ModelPricing } from '../spec/model-info.ts';

const prices = new Map<string, ModelPricing>();

/** A model id as prices are filed: lower case, without vendor path, date and version suffix. */
export function normalizeModelId(modelId: string): string {
  return modelId.toLowerCase().replace(/^.*\//, '').replace(/-v[\d.:]+$/, '').replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, '');
}

/** File a model's price; `(id, { inputPerMillion, … })` or `(id, inputPerMillion, outputPerMillion)`, in US dollars. */
export function registerPricing(modelId: string, pricing: ModelPricing): void;
export function registerPricing(modelId: string, inputPerMillion: number, outputPerMillion: number): void;
export function registerPricing(modelId: string, pricing: ModelPricing | number, outputPerMillion?: number): void {
  const entry = isRecord(pricing) ? pricing as ModelPricing : { inputPerMillion: pricing as number, outputPerMillion: outputPerMillion ?? 0 };
  prices.set(normalizeModelId(modelId), entry);
}

/** A model's filed price; null when it has none. */
export function lookupPricing(modelId: string): ModelPricing | null {
  return prices.get(normalizeModelId(modelId)) ?? null;
}

/** US dollars for the tokens, cache prices included; null when the model has no filed price. */
export function costOf(modelId: string, usage: TokenUsage): number | null {
  const price = lookupPricing(modelId);
  if (price === null) return null;
  const input = price.inputPerMillion ?? 0;
  const { cachedInputTokens: read, cacheWriteTokens: write } = usage;
  const fresh = Math.max(0, Math.max(usage.promptTokens, usage.totalTokens - usage.completionTokens) - read - write);
  const micro = fresh * input + read * (price.cacheReadPerMillion ?? input) + write * (price.cacheWritePerMillion ?? input)
    + usage.completionTokens * (price.outputPerMillion ?? 0);
  return micro / 1e6;
}
