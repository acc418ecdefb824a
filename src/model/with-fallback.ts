import { ValidationError } from '../base/error-classes.ts';
import { isBlazenError } from '../base/errors.ts';
import type { ChatModelSpec, CompletionRequest } from '../spec/completion.ts';
import { ChatModel } from './chat-model.ts';
import { RestartableStream } from './retry-stream.ts';

/** When to move on to the next model. */
export interface FallbackOptions {
  /** Default: errors whose `retryable` is true. */
  readonly fallbackOn?: (error: unknown) => boolean;
}

/**
 * A model that asks the given ones in order, moving on after transient failures; a stream moves on only before its first
 * content. The id is that of the first one; `model` of a request is for the first one too.
 *
 * @throws ValidationError without models; from requests what the last model asked threw.
 */
export function withFallback(models: readonly ChatModelSpec[], options: FallbackOptions = {}): ChatModel {
  const [first, ...others] = models;
  if (first === undefined) throw new ValidationError('invalid input: withFallback needs at least one model');
  const fallbackOn = options.fallbackOn ?? ((error: unknown): boolean => isBlazenError(error) && error.retryable);

  /** The request for a later model: an id given for the first one would mean nothing to it. */
  const forOthers = ({ model: _model, ...request }: CompletionRequest): CompletionRequest => request;

  /** The model to go on with, or the error when there is none. */
  const pick = (at: number, error: unknown, request: CompletionRequest): ChatModelSpec => {
    const next = others[at];
    if (next === undefined || request.signal?.aborted || !fallbackOn(error)) throw error;
    return next;
  };

  return new ChatModel({
    provider: first.provider, modelId: first.modelId,
    async doComplete(request) {
      let model: ChatModelSpec = first;
      for (let at = 0; ; at++) {
        try {
          return await model.doComplete(at === 0 ? request : forOthers(request));
        } catch (error) {
          model = pick(at, error, request);
        }
      }
    },
    doStream(request) {
      let at = 0;
      return new RestartableStream(first.doStream(request), async (error) => pick(at++, error, request).doStream(forOthers(request)));
    },
  });
}
