import { EmbeddingModel as BaseModel } from '../model/index.ts';
import { bedrockEmbedding, type BedrockEmbeddingOptions } from '../providers/bedrock.ts';
import { cohereEmbedding } from '../providers/cohere.ts';
import { falEmbedding } from '../providers/fal.ts';
import { fireworksEmbedding } from '../providers/fireworks.ts';
import { geminiEmbedding } from '../providers/gemini.ts';
import { mistralEmbedding } from '../providers/mistral.ts';
import { openaiEmbedding, type EmbeddingOptions } from '../providers/openai.ts';
import { openrouterEmbedding } from '../providers/openrouter.ts';
import { togetherEmbedding } from '../providers/together.ts';
import { TractEmbedModel, type TractSettings } from './tract.ts';

/**
 * The reference's embedding model: one factory per provider, and a base class for models of one's own (override `embed`).
 *
 * It knows all providers. For the smallest bundle import a provider's function instead.
 */
export class EmbeddingModel extends BaseModel {
  /** Models of the provider functions are embedding models too; subclasses keep the ordinary meaning. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(this === EmbeddingModel ? BaseModel : this, value);
  }

  /** The reference's model of the device: `TractEmbedModel.create`. */
  static tract(modelUrl: string, tokenizerUrl: string, options?: TractSettings | null): Promise<BaseModel> {
    return TractEmbedModel.create(modelUrl, tokenizerUrl, options);
  }

  static openai(options?: EmbeddingOptions): BaseModel { return openaiEmbedding(options); }
  static together(options?: EmbeddingOptions): BaseModel { return togetherEmbedding(options); }
  static cohere(options?: EmbeddingOptions): BaseModel { return cohereEmbedding(options); }
  static fireworks(options?: EmbeddingOptions): BaseModel { return fireworksEmbedding(options); }
  static gemini(options?: EmbeddingOptions): BaseModel { return geminiEmbedding(options); }
  static mistral(options?: EmbeddingOptions): BaseModel { return mistralEmbedding(options); }
  static openrouter(options?: EmbeddingOptions): BaseModel { return openrouterEmbedding(options); }
  static fal(options?: EmbeddingOptions): BaseModel { return falEmbedding(options); }
  static bedrock(options?: BedrockEmbeddingOptions): BaseModel { return bedrockEmbedding(options); }
}
