import { systemClock, type Clock } from '../base/clock.ts';
import { delay } from '../base/delay.ts';
import type { ProviderError } from '../base/error-classes.ts';
import { isBlazenError } from '../base/errors.ts';
import type { ChatModelSpec, CompletionRequest } from '../spec/completion.ts';
import { ChatModel } from './chat-model.ts';
import { RestartableStream } from './retry-stream.ts';

/** When and how often to try again. */
export interface RetryConfig {
  /** Further tries after the first. Default 3. */
  readonly maxRetries?: number;
  /** Upper bound of the first wait, in milliseconds; it doubles with each try. Default 1,000. */
  readonly initialDelayMs?: number;
  /** Upper bound of every wait, in milliseconds. Default 30,000. */
  readonly maxDelayMs?: number;
  /** Upper bound of a wait the provider asks for, in milliseconds. Default 60,000. */
  readonly maxRetryAfterMs?: number;
  /** Default: errors whose `retryable` is true. */
  readonly retryOn?: (error: unknown) => boolean;
  readonly clock?: Clock;
  /** Numbers from 0 to 1. Default Math.random. */
  readonly random?: () => number;
}

/**
 * A model that tries again after transient failures: HTTP, network, an empty answer, an error inside a stream.
 *
 * A stream is tried again only until its first content. The wait is what the provider asks for, else random below a
 * bound that doubles.
 *
 * @param config a number is `maxRetries`.
 */
export function withRetry(model: ChatModelSpec, config: RetryConfig | number = {}): ChatModel {
  const options = typeof config === 'number' ? { maxRetries: config } : config;
  const { maxRetries = 3, retryOn = isRetryable, clock = systemClock } = options;

  /** Wait for the next try, or throw the error when there is none. */
  const pause = async (error: unknown, attempt: number, request: CompletionRequest): Promise<void> => {
    if (attempt > maxRetries || request.signal?.aborted || !retryOn(error)) throw error;
    await delay(waitMs(error as Partial<ProviderError>, attempt, options), request.signal, clock);
  };

  return new ChatModel({
    provider: model.provider, modelId: model.modelId,
    async doComplete(request) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await model.doComplete(request);
        } catch (error) {
          await pause(error, attempt, request);
        }
      }
    },
    doStream(request) {
      let attempt = 0;
      return new RestartableStream(model.doStream(request), async (error) => {
        await pause(error, ++attempt, request);
        return model.doStream(request);
      });
    },
  });
}

function isRetryable(error: unknown): boolean {
  return isBlazenError(error) && error.retryable;
}

/** What the provider asks for, a little spread; else random between 0 and a bound that doubles. */
function waitMs({ retryAfterMs }: Partial<ProviderError>, attempt: number, options: RetryConfig): number {
  const { initialDelayMs = 1000, maxDelayMs = 30_000, maxRetryAfterMs = 60_000, random = Math.random } = options;
  if (typeof retryAfterMs === 'number') return Math.min(retryAfterMs, maxRetryAfterMs) * (1 + random() / 10);
  return Math.min(maxDelayMs, initialDelayMs * 2 ** (attempt - 1)) * random();
}
