import { AbortedError, NetworkError, ProviderError } from '../base/error-classes.ts';
import type { ChatModelSpec, StreamPart } from '../spec/completion.ts';
import { readRequest } from './read-request.ts';
import type { AiSdkModelV3, CallOptionsV3, StreamPartV3, WarningV3 } from './spec.ts';
import { AnswerWriter, toReason, toUsage, writeContent } from './write-answer.ts';

/** Options of `toAiSdk`; all optional. */
export interface ToAiSdkOptions {
  /**
   * Addresses the model can read itself, by media type, as the AI SDK writes them. Default none: it then loads them and
   * hands over their bytes, which every model can take.
   */
  readonly supportedUrls?: Record<string, RegExp[]>;
}

/**
 * A model of this package as a model of the AI SDK, specification 3, which `ai` 6 and 7 take: for `generateText`,
 * `streamText`, `generateObject` and everything built on them.
 *
 * Fields for the request body go into `providerOptions: { blazen: { … } }`. Errors carry what the AI SDK's own retry
 * looks at; the error of this package is their `cause`.
 *
 * @example
 * import { streamText } from 'ai';
 * const { textStream } = streamText({ model: toAiSdk(openai()), prompt: 'Hello' });
 */
export function toAiSdk(model: ChatModelSpec, { supportedUrls = {} }: ToAiSdkOptions = {}): AiSdkModelV3 {
  return {
    specificationVersion: 'v3', provider: model.provider, modelId: model.modelId, supportedUrls,
    async doGenerate(options) {
      const { request, warnings } = readRequest(options);
      try {
        const result = await model.doComplete(request);
        const id = result.metadata['id'];
        return {
          content: writeContent(result), finishReason: toReason(result.finishReason, result.rawFinishReason), usage: toUsage(result.usage), warnings,
          response: { modelId: result.model, ...(typeof id === 'string' ? { id } : {}) },
        };
      } catch (error) {
        throw toCallError(error, options);
      }
    },
    async doStream(options) {
      const { request, warnings } = readRequest(options);
      const parts = model.doStream(request)[Symbol.asyncIterator]();
      try {
        // What fails before the answer begins is thrown, so that the AI SDK can try again.
        return { stream: streamOf(parts, await parts.next(), options, warnings) };
      } catch (error) {
        throw toCallError(error, options);
      }
    },
  };
}

function streamOf(parts: AsyncIterator<StreamPart>, first: IteratorResult<StreamPart>, options: CallOptionsV3, warnings: WarningV3[]): ReadableStream<StreamPartV3> {
  const writer = new AnswerWriter();
  let finished = false;
  let step: IteratorResult<StreamPart> | undefined = first;
  return new ReadableStream<StreamPartV3>({
    start(controller) { controller.enqueue({ type: 'stream-start', warnings }); },
    async pull(controller) {
      try {
        for (let sent = false; !sent;) {
          step ??= await parts.next();
          if (step.done) {
            for (const part of writer.close()) controller.enqueue(part);
            if (!finished) controller.enqueue({ type: 'error', error: new Error('The answer ended before the provider said that it was complete') });
            return controller.close();
          }
          if (step.value.type === 'error') throw step.value.error;
          finished ||= step.value.type === 'finish';
          for (const part of writer.write(step.value)) {
            controller.enqueue(part);
            sent = true;
          }
          step = undefined;
        }
      } catch (error) {
        controller.enqueue({ type: 'error', error: toCallError(error, options) });
        controller.close();
      }
    },
    async cancel() { await parts.return?.(); },
  });
}

/**
 * The error as the AI SDK knows it. It tells its own errors by symbols in the global registry: that is what its retry and
 * its `isInstance` look at.
 */
function toCallError(error: unknown, { abortSignal }: CallOptionsV3): unknown {
  if (error instanceof AbortedError) return isAbort(abortSignal?.reason) ? abortSignal?.reason : Object.assign(new Error(error.message, { cause: error }), { name: 'AbortError' });
  if (!(error instanceof ProviderError)) return error;
  const { status, retryAfterMs, retryable, endpoint, detail } = error;
  return Object.assign(new Error(error.message, { cause: error }), {
    name: 'AI_APICallError', url: endpoint ?? '', requestBodyValues: {}, isRetryable: retryable,
    statusCode: status ?? (error instanceof NetworkError ? undefined : 500), responseBody: detail ?? undefined,
    responseHeaders: retryAfterMs === null ? {} : { 'retry-after-ms': String(retryAfterMs) },
    [Symbol.for('vercel.ai.error')]: true, [Symbol.for('vercel.ai.error.AI_APICallError')]: true,
  });
}

function isAbort(reason: unknown): boolean { return (reason as Error | undefined)?.name === 'AbortError'; }
