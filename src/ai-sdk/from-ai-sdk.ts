import { abortError } from '../base/abort.ts';
import { NetworkError, ValidationError } from '../base/error-classes.ts';
import { BlazenError } from '../base/errors.ts';
import { asNumber, asRecord, asString, isRecord } from '../base/json.ts';
import { providerFailure } from '../http/index.ts';
import { ChatModel, ResultAssembler } from '../model/index.ts';
import type { ChatModelSpec, CompletionRequest, StreamPart } from '../spec/completion.ts';
import { AiSdkDecoder, piecesOf } from './decode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import type { AiSdkModel } from './spec.ts';

const VERSIONS: ReadonlySet<string> = new Set(['v2', 'v3', 'v4']);

/**
 * A language model of the AI SDK as a model of this package: for agents, workflows, every middleware.
 *
 * `providerOptions` of a request are the AI SDK's, `{ openai: { … } }`; provider tools are written as there. The
 * `timeouts` of a request are not kept by AI SDK models: pass a `signal`.
 *
 * @example
 * import { createOpenAI } from '@ai-sdk/openai';
 * const model = fromAiSdk(createOpenAI()('gpt-4.1'));
 *
 * @throws ValidationError when it is no model of specification 2, 3 or 4.
 */
export function fromAiSdk(model: AiSdkModel): ChatModel {
  const { specificationVersion: version, provider, modelId } = model;
  if (!VERSIONS.has(version)) {
    throw new ValidationError(`Cannot use this AI SDK model: its specification is '${version}', known are v2, v3 and v4`, { path: 'specificationVersion' });
  }
  const spec: ChatModelSpec = {
    provider, modelId,
    async doComplete(request) {
      const out: StreamPart[] = [];
      const decoder = new AiSdkDecoder(out, (error) => toFailure(error, provider, request));
      try {
        const result = asRecord(await model.doGenerate(encodeRequest(request, version) as never));
        decoder.part({ ...asRecord(result['response']), type: 'response-metadata' });
        for (const piece of piecesOf(result)) decoder.content(piece);
        decoder.finish(result);
        decoder.end();
      } catch (error) {
        throw toFailure(error, provider, request);
      }
      const assembler = new ResultAssembler();
      for (const part of out) assembler.add(part);
      return assembler.result(modelId, request.metadata);
    },
    async* doStream(request) {
      const out: StreamPart[] = [];
      const decoder = new AiSdkDecoder(out, (error) => toFailure(error, provider, request));
      let reader: ReadableStreamDefaultReader<unknown> | undefined;
      try {
        reader = (await model.doStream(encodeRequest(request, version) as never)).stream.getReader();
        for (let step = await reader.read(); !step.done; step = await reader.read()) {
          decoder.part(asRecord(step.value));
          yield* out.splice(0);
        }
        decoder.end();
        yield* out;
      } catch (error) {
        throw toFailure(error, provider, request);
      } finally {
        await reader?.cancel().catch(() => undefined);
      }
    },
  };
  return new ChatModel(spec);
}

/** The typed error of this package for what an AI SDK model throws (its APICallError tells status, headers and body). */
export function toFailure(error: unknown, provider: string, { signal }: Pick<CompletionRequest, 'signal'>): BlazenError {
  if (error instanceof BlazenError) return error;
  if (signal?.aborted) return abortError(signal, `The request to ${provider}`);
  const { statusCode, responseBody, responseHeaders, data, url, message } = asRecord(error);
  const status = asNumber(statusCode);
  const context = { provider, endpoint: asString(url)?.replace(/\?.*$/, '') ?? '', secrets: [] };
  const said = asString(message) ?? String(error);
  if (status === undefined && !isRecord(data)) {
    return error instanceof Error && error.name === 'AI_APICallError'
      ? new NetworkError(`${provider} could not be reached: ${said}`, { provider, endpoint: context.endpoint, cause: error })
      : providerFailure({ message: said }, context, null);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(asRecord(responseHeaders))) if (typeof value === 'string') headers.set(name, value);
  // An answer that was a success and could not be read says nothing of the failure itself.
  const body = (status ?? 400) < 400 ? undefined : data ?? parse(responseBody);
  return providerFailure(body ?? { message: said }, context, status ?? null, headers);
}

function parse(body: unknown): unknown {
  try {
    return JSON.parse(String(body)) as unknown;
  } catch {
    return undefined;
  }
}
