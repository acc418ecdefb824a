import type { CompletionRequest, ResponseFormat } from '../../spec/completion.ts';
import type { JsonSchema } from '../../spec/json-schema.ts';
import { offeredTools, plainConversation, toolInstruction, toolSchema } from './tool-schema.ts';
import type { WebLlmRequest } from './web-llm-types.ts';

/** A request in WebLLM's words. WebLLM's own tools are left alone: they forbid system messages, and answers. */
export function toWebLlm(request: CompletionRequest, model: string): WebLlmRequest {
  const { temperature, topP, maxTokens, stop, responseFormat, reasoning, toolChoice, providerOptions } = request;
  const tools = offeredTools(request);
  const mayAnswer = toolChoice === undefined || toolChoice === 'auto';
  const format = tools.length > 0 ? { type: 'json_object' as const, schema: JSON.stringify(toolSchema(tools, mayAnswer, responseFormat)) } : toFormat(responseFormat);
  return {
    messages: plainConversation(request.messages, model, tools.length > 0 ? toolInstruction(tools, mayAnswer) : ''),
    stream: true, stream_options: { include_usage: true },
    ...(temperature === undefined ? {} : { temperature }), ...(topP === undefined ? {} : { top_p: topP }),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }), ...(stop === undefined ? {} : { stop: typeof stop === 'string' ? [stop] : [...stop] }),
    ...(format === undefined ? {} : { response_format: format }),
    ...(reasoning?.effort === undefined ? {} : { extra_body: { enable_thinking: reasoning.effort !== 'none' } }),
    ...providerOptions,
  };
}

function toFormat(format: ResponseFormat | undefined): WebLlmRequest['response_format'] {
  if (format === undefined || format.type === 'text') return undefined;
  const schema: JsonSchema | undefined = format.type === 'json_schema' ? format.schema : undefined;
  return { type: 'json_object', ...(schema === undefined ? {} : { schema: JSON.stringify(schema) }) };
}
