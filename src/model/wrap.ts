import type { ChatModelSpec, CompletionRequest, CompletionResult, StreamPart } from '../spec/completion.ts';
import { ChatModel } from './chat-model.ts';

/** What a wrapper does around a model's two verbs; a missing one passes the request on. */
export interface ModelMiddleware {
  readonly complete?: (request: CompletionRequest, next: (request: CompletionRequest) => Promise<CompletionResult>) => Promise<CompletionResult>;
  readonly stream?: (request: CompletionRequest, next: (request: CompletionRequest) => AsyncIterable<StreamPart>) => AsyncIterable<StreamPart>;
}

/** A model with something done before, after or instead of its answers. */
export function wrap(model: ChatModelSpec, middleware: ModelMiddleware): ChatModel {
  const { complete, stream } = middleware;
  return new ChatModel({
    provider: model.provider, modelId: model.modelId,
    doComplete: (request) => (complete ? complete(request, (next) => model.doComplete(next)) : model.doComplete(request)),
    doStream: (request) => (stream ? stream(request, (next) => model.doStream(next)) : model.doStream(request)),
  });
}
