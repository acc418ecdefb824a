import { ValidationError } from '../base/error-classes.ts';
import { asRecord, isRecord } from '../base/json.ts';
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

/**
 * File a whole price list in the form of the reference's `pricing.json`: `{ models: { id: { input_per_million,
 * output_per_million, cache_read_per_million, … } } }`. Nothing is filed when an entry is not a list of numbers.
 *
 * @throws ValidationError naming the entry.
 */
export function registerPricingList(list: unknown): void {
  const entries = Object.entries(asRecord(asRecord(list)['models'])).map(([modelId, fields]): [string, ModelPricing] => {
    const entry: Record<string, number> = {};
    for (const [field, price] of Object.entries(asRecord(fields))) {
      if (typeof price !== 'number' || !(price >= 0)) throw new ValidationError(`Cannot read the price list: ${field} of '${modelId}' is not a price`, { path: `models.${modelId}.${field}` });
      entry[field.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())] = price;
    }
    return [modelId, entry];
  });
  if (entries.length === 0) throw new ValidationError("Cannot read the price list: it has no 'models'", { path: 'models' });
  for (const [modelId, pricing] of entries) registerPricing(modelId, pricing);
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
