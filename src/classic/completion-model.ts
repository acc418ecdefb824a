import {
  ChatMessage, ChatModel, customSpec, extract, fromJsHandler, withCache, withFallback, withLimits, withRetry, wrap, type AnySchema, type CacheConfig,
  type CustomChunk, type CustomModelHandlers, type CustomResponse, type ExtractOptions, type Extraction, type FallbackOptions,
  type Limits, type MessageLike, type ModelMiddleware, type OutputOf, type RetryConfig,
} from '../model/index.ts';
import { anthropic } from '../providers/anthropic.ts';
import { azure, type AzureOptions } from '../providers/azure.ts';
import { bedrock, type BedrockOptions } from '../providers/bedrock.ts';
import { cohere } from '../providers/cohere.ts';
import { deepseek } from '../providers/deepseek.ts';
import { fal } from '../providers/fal.ts';
import { fireworks } from '../providers/fireworks.ts';
import { gemini, type GeminiOptions } from '../providers/gemini.ts';
import { groq } from '../providers/groq.ts';
import { mistral } from '../providers/mistral.ts';
import { openai, type ProviderOptions } from '../providers/openai.ts';
import { openrouter } from '../providers/openrouter.ts';
import { perplexity } from '../providers/perplexity.ts';
import { together } from '../providers/together.ts';
import { xai } from '../providers/xai.ts';
import { UnsupportedError } from '../base/error-classes.ts';
import type { LocalBackend, LocalChatModel } from '../local/chat/index.ts';
import type { ChatModelSpec, CompletionOptions, CompletionRequest } from '../spec/completion.ts';
import { OnDemandChat } from './on-demand-chat.ts';

/** What a subclass tells about itself. */
export interface CompletionModelConfig {
  readonly modelId: string;
  /** Name in errors. Default 'custom'. */
  readonly providerId?: string;
  /** Tokens. */
  readonly contextLength?: number;
}

type Own = (messages: ChatMessage[], options: CompletionOptions) => Promise<CustomResponse>;
type OwnStream = (messages: ChatMessage[], onChunk: (chunk: CustomChunk) => void, options: CompletionOptions) => Promise<unknown>;

/**
 * The reference's chat model: one factory per provider, middleware as methods, and a base class for models of one's own
 * (override `complete`, `stream`, or both; every middleware and the agent use the override).
 *
 * It knows all providers. For the smallest bundle import a provider's function instead.
 */
export class CompletionModel extends ChatModel {
  readonly #local: OnDemandChat | undefined;

  constructor(init: CompletionModelConfig | ChatModelSpec) {
    const own: { model?: CompletionModel } = {};
    super('doComplete' in init ? init : customSpec(init.modelId, overrides(own), init.providerId ?? 'custom'));
    own.model = this;
    this.#local = init instanceof OnDemandChat ? init : undefined;
  }

  /** Models of the provider functions are completion models too; subclasses keep the ordinary meaning. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(this === CompletionModel ? ChatModel : this, value);
  }

  static openai(options?: ProviderOptions): CompletionModel { return new CompletionModel(openai(options)); }
  static anthropic(options?: ProviderOptions): CompletionModel { return new CompletionModel(anthropic(options)); }
  static gemini(options?: GeminiOptions): CompletionModel { return new CompletionModel(gemini(options)); }
  /** With options, or the reference's resource and deployment names. */
  static azure(options: AzureOptions | string, deploymentName?: string): CompletionModel {
    return new CompletionModel(azure(typeof options === 'string' ? { resourceName: options, ...(deploymentName ? { deploymentName } : {}) } : options));
  }
  static fal(options?: ProviderOptions): CompletionModel { return new CompletionModel(fal(options)); }
  static openrouter(options?: ProviderOptions): CompletionModel { return new CompletionModel(openrouter(options)); }
  static groq(options?: ProviderOptions): CompletionModel { return new CompletionModel(groq(options)); }
  static together(options?: ProviderOptions): CompletionModel { return new CompletionModel(together(options)); }
  static mistral(options?: ProviderOptions): CompletionModel { return new CompletionModel(mistral(options)); }
  static deepseek(options?: ProviderOptions): CompletionModel { return new CompletionModel(deepseek(options)); }
  static fireworks(options?: ProviderOptions): CompletionModel { return new CompletionModel(fireworks(options)); }
  static perplexity(options?: ProviderOptions): CompletionModel { return new CompletionModel(perplexity(options)); }
  static xai(options?: ProviderOptions): CompletionModel { return new CompletionModel(xai(options)); }
  static cohere(options?: ProviderOptions): CompletionModel { return new CompletionModel(cohere(options)); }
  /** With options, or the reference's region. */
  static bedrock(options?: BedrockOptions | string): CompletionModel {
    return new CompletionModel(bedrock(typeof options === 'string' ? { region: options } : options));
  }

  /**
   * A model of this device that loads itself for its first request, or by `load`. Without a backend it can be made and
   * registered, and fails when it is asked.
   *
   * @param backend `webLlm({ model: modelId, … })` of `blazen-ts/local/chat`; it comes from you, so that nobody else bundles it.
   */
  static webLlm(modelId: string, backend?: LocalBackend<LocalChatModel>): CompletionModel { return new CompletionModel(new OnDemandChat(modelId, backend)); }

  /** A model served by a function that answers, and one that streams if there is one. */
  static fromJsHandler(modelId: string, complete: NonNullable<CustomModelHandlers['complete']>, stream?: CustomModelHandlers['stream']): CompletionModel {
    return new CompletionModel(fromJsHandler(modelId, complete, stream));
  }

  /** A model that asks the given ones in order; see `withFallback`. */
  static withFallback(models: readonly ChatModelSpec[], options?: FallbackOptions): CompletionModel {
    return new CompletionModel(withFallback(models, options));
  }

  /** Brings a model of this device into memory, if it is not there, and gives it back. @throws LocalModelError; UnsupportedError for hosted models */
  async load(): Promise<this> {
    await this.#onDevice().load();
    return this;
  }
  /** Gives the memory of a model of this device back. */
  async unload(): Promise<void> { await this.#onDevice().unload(); }
  /** Whether a model of this device is in memory. */
  async isLoaded(): Promise<boolean> { return this.#onDevice().isLoaded; }
  /** Bytes a model of this device takes; null when nobody knows. */
  async vramBytes(): Promise<number | null> { return this.#onDevice().vramBytes; }

  #onDevice(): OnDemandChat {
    if (this.#local === undefined) throw new UnsupportedError(`unsupported: '${this.modelId}' is not a model of this device`);
    return this.#local;
  }

  override withModel(modelId: string): CompletionModel { return new CompletionModel(new ChatModel(this, modelId)); }
  /** See `withRetry`; a number is `maxRetries`. */
  withRetry(config?: RetryConfig | number): CompletionModel { return new CompletionModel(withRetry(this, config)); }
  /** See `withCache`; a number is `ttlSeconds`. */
  withCache(config?: CacheConfig | number, maxEntries?: number): CompletionModel { return new CompletionModel(withCache(this, config, maxEntries)); }
  /** See `withLimits`. */
  withLimits(limits: Limits): CompletionModel { return new CompletionModel(withLimits(this, limits)); }
  /** See `wrap`. */
  wrap(middleware: ModelMiddleware): CompletionModel { return new CompletionModel(wrap(this, middleware)); }

  /** See `extract`. */
  extract<Schema extends AnySchema>(schema: Schema, messages: readonly MessageLike[], options?: ExtractOptions): Promise<Extraction<OutputOf<Schema>>> {
    return extract(this, schema, messages, options);
  }
}

/** The verbs a subclass overrides, looked up when they are needed: the instance does not exist yet when its spec is made. */
function overrides(own: { model?: CompletionModel }): CustomModelHandlers {
  const split = ({ messages, ...options }: CompletionRequest): [ChatMessage[], CompletionOptions] => [messages.map((message) => ChatMessage.from(message)), options];
  const isOwn = (verb: 'complete' | 'stream'): boolean => {
    let type: unknown = own.model;
    while (type !== null && typeof type === 'object' && !Object.hasOwn(type, verb)) type = Object.getPrototypeOf(type);
    return type !== ChatModel.prototype;
  };
  return {
    get complete() {
      const model = own.model as unknown as { complete: Own };
      return isOwn('complete') ? (request: CompletionRequest) => model.complete(...split(request)) : undefined;
    },
    get stream() {
      const model = own.model as unknown as { stream: OwnStream };
      if (!isOwn('stream')) return undefined;
      return (request: CompletionRequest, onChunk: (chunk: CustomChunk) => void) => {
        const [messages, options] = split(request);
        return model.stream(messages, onChunk, options);
      };
    },
  };
}
