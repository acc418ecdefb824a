// Reads recorded request bodies back into messages and options. Answers of earlier turns go through our own decoders, as
// they did when the conversation was live; everything else is read field by field.
import { asArray, asRecord, asString } from '../../src/base/json.ts';
import { ProviderError } from '../../src/base/error-classes.ts';
import { ResultAssembler } from '../../src/model/index.ts';
import type { Decoder, DecoderContext } from '../../src/providers/core/parts.ts';
import { anthropicDialect } from '../../src/providers/dialects/anthropic/dialect.ts';
import { bedrockDialect } from '../../src/providers/dialects/bedrock/dialect.ts';
import { cohereDialect } from '../../src/providers/dialects/cohere/dialect.ts';
import { geminiDialect } from '../../src/providers/dialects/gemini/dialect.ts';
import { openAIChat } from '../../src/providers/dialects/openai-chat/dialect.ts';
import { openAIResponsesDialect } from '../../src/providers/dialects/openai-responses/dialect.ts';
import type { CompletionOptions, StreamPart } from '../../src/spec/completion.ts';
import type { ContentPart, Message } from '../../src/spec/message.ts';

type Body = Record<string, unknown>;
const str = (value: unknown): string => asString(value) ?? '';

/** A recorded request as a user of this package would have written it. */
export interface Rebuilt { readonly messages: Message[]; readonly options: CompletionOptions }

const dialects = {
  'openai-chat': openAIChat(), 'openai-responses': openAIResponsesDialect, anthropic: anthropicDialect, gemini: geminiDialect,
  cohere: cohereDialect, 'bedrock-converse': bedrockDialect,
};

/** The answer message a decoder makes of a whole answer body. */
function answered(dialect: keyof typeof dialects, body: Body): Message {
  const out: StreamPart[] = [];
  const context: DecoderContext = { out, fail: (payload) => new ProviderError(JSON.stringify(payload)) };
  const decoder: Decoder = dialects[dialect].decoder(context);
  decoder.body(body);
  decoder.end();
  const assembler = new ResultAssembler();
  for (const part of out) assembler.add(part);
  return assembler.result('').message;
}

/** Splits a body into the fields this reader knows and the rest, which a user passes as providerOptions. */
function take(body: Body, known: readonly string[]): { fields: Body; rest: Body } {
  const fields: Body = {};
  const rest: Body = {};
  for (const [name, value] of Object.entries(body)) (known.includes(name) ? fields : rest)[name] = value;
  return { fields, rest };
}

function options(fields: Record<string, unknown>, rest: Body): CompletionOptions {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) result[name] = value;
  delete rest['stream'];
  if (Object.keys(rest).length > 0) result['providerOptions'] = rest;
  return result;
}

function source(url: string): ContentPart & { type: 'image' } {
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(url);
  return data ? { type: 'image', mediaType: data[1]!, source: { type: 'base64', data: data[2]! } } : { type: 'image', source: { type: 'url', url } };
}

const cacheOf = (part: Body): object => (part['cache_control'] ? { cacheControl: asRecord(part['cache_control'])['ttl'] ? { ttl: asRecord(part['cache_control'])['ttl'] } : {} } : {});

function chatPart(value: unknown): ContentPart {
  const part = asRecord(value);
  switch (part['type']) {
    case 'text': return { type: 'text', text: str(part['text']), ...cacheOf(part) };
    case 'image_url': {
      const url = asString(part['image_url']) ?? asString(asRecord(part['image_url'])['url']) ?? '';
      const detail = asString(asRecord(part['image_url'])['detail']);
      return { ...source(url), ...(detail ? { detail: detail as 'auto' } : {}) };
    }
    case 'document_url': return { ...source(str(part['document_url'])), type: 'file' };
    case 'file_url': return { type: 'file', source: { type: 'base64', data: str(asRecord(part['file_url'])['url']) } };
    case 'file': {
      const file = asRecord(part['file']);
      if (file['file_id']) return { type: 'file', source: { type: 'provider_file', provider: 'openai', id: str(file['file_id']) } };
      return { ...source(str(file['file_data'])), type: 'file', filename: str(file['filename']) };
    }
    case 'input_audio': return { type: 'audio', source: { type: 'base64', data: str(asRecord(part['input_audio'])['data']) }, mediaType: `audio/${str(asRecord(part['input_audio'])['format'])}` };
    default: throw new Error(`unknown part ${str(part['type'])}`);
  }
}

const contentOf = (content: unknown, read: (part: unknown) => ContentPart): string | ContentPart[] => (typeof content === 'string' ? content : asArray(content).map(read));

function functionTool(tool: unknown): object {
  const fn = asRecord(asRecord(tool)['function']);
  if (asRecord(tool)['type'] !== 'function' || Object.keys(asRecord(tool)).length > 2) return { type: 'provider', definition: tool };
  return { name: fn['name'], description: fn['description'], parameters: fn['parameters'], ...(fn['strict'] === undefined ? {} : { strict: fn['strict'] }) };
}

function readChoice(choice: unknown, rest: Body): unknown {
  if (choice === 'any' || choice === 'required') return 'required';
  if (choice === 'auto' || choice === 'none') return choice;
  const name = asString(asRecord(asRecord(choice)['function'])['name']) ?? asString(asRecord(choice)['name']);
  if (name) return { name };
  if (choice !== undefined) rest['tool_choice'] = choice;
  return undefined;
}

function openAIChatRequest(body: Body): Rebuilt {
  const { fields, rest } = take(body, ['model', 'messages', 'tools', 'tool_choice', 'temperature', 'top_p', 'max_completion_tokens', 'response_format', 'reasoning_effort', 'stop']);
  const messages = asArray(fields['messages']).map((value): Message => {
    const message = asRecord(value);
    if (message['role'] === 'assistant') return answered('openai-chat', { choices: [{ message, finish_reason: 'stop' }] });
    const role = message['role'] === 'developer' ? 'system' : message['role'] as Message['role'];
    return { role, content: contentOf(message['content'], chatPart), ...(role === 'tool' ? { toolCallId: str(message['tool_call_id']) } : {}) };
  });
  const format = asRecord(fields['response_format']);
  const schema = asRecord(format['json_schema']);
  return {
    messages, options: options({
      model: fields['model'], tools: fields['tools'] && asArray(fields['tools']).map(functionTool), toolChoice: readChoice(fields['tool_choice'], rest),
      temperature: fields['temperature'], topP: fields['top_p'], maxTokens: fields['max_completion_tokens'], stop: fields['stop'],
      reasoning: fields['reasoning_effort'],
      responseFormat: format['type'] === 'json_schema' ? { type: 'json_schema', schema: schema['schema'], name: schema['name'], description: schema['description'], strict: schema['strict'] ?? false }
        : format['type'] === undefined ? undefined : { type: format['type'] },
    }, rest),
  };
}

function responsesPart(value: unknown): ContentPart {
  const part = asRecord(value);
  switch (part['type']) {
    case 'input_text': return part['prompt_cache_breakpoint'] ? { type: 'text', text: str(part['text']), providerData: { 'openai-responses': part as never } } : { type: 'text', text: str(part['text']) };
    case 'input_image': {
      const detail = part['detail'] ? { detail: part['detail'] as 'auto' } : {};
      if (part['file_id']) return { type: 'image', source: { type: 'provider_file', provider: 'openai', id: str(part['file_id']) }, ...detail };
      return { ...source(str(part['image_url'])), ...detail };
    }
    case 'input_file':
      if (part['file_id']) return { type: 'file', source: { type: 'provider_file', provider: 'openai', id: str(part['file_id']) } };
      if (part['file_url']) return { type: 'file', source: { type: 'url', url: str(part['file_url']) } };
      return { ...source(str(part['file_data'])), type: 'file', filename: str(part['filename']) };
    default: throw new Error(`unknown part ${str(part['type'])}`);
  }
}

const ANSWER_ITEMS = new Set(['reasoning', 'function_call', 'message', 'web_search_call', 'image_generation_call', 'compaction', 'tool_search_call', 'tool_search_output', 'additional_tools']);

function responsesRequest(body: Body): Rebuilt {
  const { fields, rest } = take(body, ['model', 'input', 'instructions', 'tools', 'tool_choice', 'temperature', 'top_p', 'max_output_tokens', 'include', 'text']);
  const messages: Message[] = typeof fields['instructions'] === 'string' ? [{ role: 'system', content: fields['instructions'] }] : [];
  let items: Body[] = [];
  const flush = (): void => {
    if (items.length > 0) messages.push(answered('openai-responses', { output: items, status: 'completed', object: 'response' }));
    items = [];
  };
  const input = typeof fields['input'] === 'string' ? [{ role: 'user', content: fields['input'] }] : asArray(fields['input']);
  for (const item of input.map(asRecord)) {
    if (item['role'] === 'assistant' || (ANSWER_ITEMS.has(str(item['type'])) && (item['role'] === undefined || item['type'] !== 'message'))) {
      items.push(item['type'] === undefined ? { ...item, type: 'message', content: typeof item['content'] === 'string' ? [{ type: 'output_text', text: item['content'] }] : item['content'] } : item);
      continue;
    }
    flush();
    if (item['type'] === 'function_call_output') messages.push({ role: 'tool', toolCallId: str(item['call_id']), content: contentOf(item['output'], responsesPart) });
    else messages.push({ role: item['role'] === 'developer' ? 'system' : item['role'] as Message['role'], content: contentOf(item['content'], responsesPart) });
  }
  flush();
  const format = asRecord(asRecord(fields['text'])['format']);
  if (fields['include'] && JSON.stringify(fields['include']) !== '["reasoning.encrypted_content"]') rest['include'] = fields['include'];
  return {
    messages, options: options({
      model: fields['model'], toolChoice: readChoice(fields['tool_choice'], rest), temperature: fields['temperature'], topP: fields['top_p'], maxTokens: fields['max_output_tokens'],
      tools: fields['tools'] && asArray(fields['tools']).map((tool) => {
        const { type, name, description, parameters, strict, ...more } = asRecord(tool);
        return type === 'function' && Object.keys(more).length === 0 ? { name, description: description ?? undefined, parameters, strict } : { type: 'provider', definition: tool };
      }),
      responseFormat: format['type'] === 'json_schema' ? { ...format, strict: format['strict'] ?? false } : format['type'] === undefined ? undefined : { type: format['type'] },
    }, rest),
  };
}

function anthropicPart(value: unknown): ContentPart {
  const part = asRecord(value);
  const from = asRecord(part['source']);
  const media = from['type'] === 'url' ? { type: 'url' as const, url: str(from['url']) } : from['type'] === 'file' ? { type: 'provider_file' as const, provider: 'anthropic', id: str(from['file_id']) } : { type: 'base64' as const, data: str(from['data']) };
  if (part['type'] === 'text' && Object.keys(part).every((key) => ['type', 'text', 'cache_control'].includes(key))) return { type: 'text', text: str(part['text']), ...cacheOf(part) };
  if (part['type'] === 'image') return { type: 'image', source: media, ...(from['media_type'] ? { mediaType: str(from['media_type']) } : {}), ...cacheOf(part) };
  if (part['type'] === 'document' && part['citations'] === undefined) {
    const text = from['type'] === 'text' ? { source: { type: 'base64' as const, data: Buffer.from(str(from['data'])).toString('base64') }, mediaType: 'text/plain' } : { source: media, ...(from['media_type'] ? { mediaType: str(from['media_type']) } : {}) };
    return { type: 'file', ...text, ...(part['title'] ? { filename: str(part['title']) } : {}) };
  }
  // What this package has no word for is passed on as it is.
  return { type: 'provider', name: str(part['type']), providerData: { anthropic: part as never } };
}

function anthropicRequest(body: Body): Rebuilt {
  const { fields, rest } = take(body, ['model', 'messages', 'system', 'tools', 'tool_choice', 'max_tokens', 'temperature', 'top_p', 'stop_sequences', 'cache_control']);
  const messages: Message[] = fields['system'] === undefined ? [] : [{ role: 'system', content: contentOf(fields['system'], anthropicPart) }];
  for (const message of asArray(fields['messages']).map(asRecord)) {
    const content = typeof message['content'] === 'string' ? [{ type: 'text', text: message['content'] }] : asArray(message['content']).map(asRecord);
    if (message['role'] === 'assistant') {
      messages.push(answered('anthropic', { content, stop_reason: 'end_turn' }));
      continue;
    }
    for (const part of content as Body[]) {
      if (part['type'] === 'tool_result') {
        messages.push({
          role: 'tool', toolCallId: str(part['tool_use_id']), content: contentOf(part['content'], anthropicPart), ...(part['is_error'] ? { isError: true } : {}),
        });
      } else {
        messages.push({ role: message['role'] as Message['role'], content: [anthropicPart(part)] });
      }
    }
  }
  const choice = asRecord(fields['tool_choice']);
  return {
    messages, options: options({
      model: fields['model'], maxTokens: fields['max_tokens'], temperature: fields['temperature'], topP: fields['top_p'], stop: fields['stop_sequences'],
      cacheControl: fields['cache_control'] && { ttl: asRecord(fields['cache_control'])['ttl'] },
      toolChoice: choice['type'] === 'tool' ? { name: choice['name'] } : choice['type'] === 'any' ? 'required' : choice['type'],
      tools: fields['tools'] && asArray(fields['tools']).map((tool) => {
        const { name, description, input_schema, strict, type, ...more } = asRecord(tool);
        return (type === undefined || type === 'custom') && Object.keys(more).length === 0 ? { name, description, parameters: input_schema, ...(strict === undefined ? {} : { strict }) } : { type: 'provider', definition: tool };
      }),
    }, rest),
  };
}

/** Google takes both spellings of every field; arguments, results and schemas are the user's own. */
export function camelise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelise);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
    const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [name, ['args', 'response', 'parameters', 'parametersJsonSchema', 'responseJsonSchema', 'responseSchema'].includes(name) ? inner : camelise(inner)];
  }));
}

/** Google's own schema dialect writes types in capitals. */
export function lowerTypes(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(lowerTypes);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, key === 'type' && typeof value === 'string' ? value.toLowerCase() : lowerTypes(value)]));
}

function geminiRequest(recorded: Body, path: string): Rebuilt {
  const body = camelise(recorded) as Body;
  const { fields, rest } = take(body, ['contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig']);
  const messages: Message[] = [];
  if (fields['systemInstruction']) messages.push({ role: 'system', content: asArray(asRecord(fields['systemInstruction'])['parts']).map((part) => ({ type: 'text', text: str(asRecord(part)['text']) })) });
  for (const content of asArray(fields['contents']).map(asRecord)) {
    const parts = asArray(content['parts']).map(asRecord);
    if (content['role'] === 'model') {
      messages.push(answered('gemini', { candidates: [{ content: { parts }, finishReason: 'STOP' }], responseId: `turn${messages.length}` }));
      continue;
    }
    for (const part of parts) messages.push(geminiMessage(part, messages));
  }
  const config = { ...asRecord(fields['generationConfig']) };
  const { temperature, topP, maxOutputTokens, stopSequences, responseMimeType, responseJsonSchema, ...otherConfig } = config;
  const calling = asRecord(asRecord(fields['toolConfig'])['functionCallingConfig']);
  const names = asArray(calling['allowedFunctionNames']);
  const mode = str(calling['mode']).toUpperCase();
  const single = mode === 'ANY' && names.length === 1;
  const simple = Object.keys(asRecord(fields['toolConfig'])).every((key) => key === 'functionCallingConfig') && ['AUTO', 'NONE', 'ANY'].includes(mode) && (names.length === 0 || single);
  if (fields['toolConfig'] && !simple) rest['toolConfig'] = fields['toolConfig'];
  if (Object.keys(otherConfig).some((key) => key !== 'responseModalities')) rest['generationConfig'] = config;
  const list = Array.isArray(fields['tools']) ? fields['tools'] : fields['tools'] ? [fields['tools']] : [];
  const tools = list.flatMap((entry: unknown) => {
    const { functionDeclarations, ...own } = asRecord(entry);
    const functions = asArray(functionDeclarations).map(asRecord).map(({ name, description, parameters, parametersJsonSchema }) => ({ name, description, parameters: lowerTypes(parametersJsonSchema ?? parameters) }));
    return [...functions, ...(Object.keys(own).length > 0 ? [{ type: 'provider', definition: own }] : [])];
  });
  return {
    messages, options: options({
      model: /models\/([^:/]+)/.exec(path)?.[1], temperature, topP, maxTokens: maxOutputTokens, stop: stopSequences, tools: tools.length > 0 ? tools : undefined,
      toolChoice: fields['toolConfig'] && simple ? (single ? { name: names[0] } : { AUTO: 'auto', NONE: 'none', ANY: 'required' }[mode]) : undefined,
      responseFormat: responseMimeType === 'application/json' ? (responseJsonSchema ? { type: 'json_schema', schema: responseJsonSchema } : { type: 'json_object' }) : undefined,
    }, rest),
  };
}

function geminiMessage(part: Body, before: readonly Message[]): Message {
  if (part['functionResponse']) {
    const { id, name, response, parts } = asRecord(part['functionResponse']);
    const answers = before.filter(({ role }) => role === 'tool').length;
    const calls = before.flatMap(({ content }) => (typeof content === 'string' ? [] : content.filter(({ type }) => type === 'tool-call')));
    const call = calls.find((one) => one.type === 'tool-call' && one.id === id) ?? calls[answers];
    const toolCallId = call?.type === 'tool-call' ? call.id : str(id);
    if (parts) return { role: 'tool', toolCallId, name: str(name), toolResult: { data: null, llmOverride: { kind: 'parts', parts: [...(asRecord(response)['result'] ? [{ type: 'text' as const, text: str(asRecord(response)['result']) }] : []), ...asArray(parts).map((one) => geminiPart(asRecord(one)))] } }, content: '' };
    return { role: 'tool', toolCallId, name: str(name), toolResult: { data: response as never }, content: '' };
  }
  return { role: 'user', content: [geminiPart(part)] };
}

function geminiPart(part: Body): ContentPart {
  const keys = Object.keys(part);
  if (keys.length === 1 && typeof part['text'] === 'string') return { type: 'text', text: part['text'] };
  const blob = asRecord(part['inlineData']);
  if (keys.length === 1 && part['inlineData']) return { type: 'file', source: { type: 'base64', data: str(blob['data']) }, mediaType: str(blob['mimeType']) };
  const file = asRecord(part['fileData']);
  if (keys.length === 1 && part['fileData']) return { type: 'file', source: { type: 'url', url: str(file['fileUri']) }, ...(file['mimeType'] ? { mediaType: str(file['mimeType']) } : {}) };
  return { type: 'provider', name: keys[0] ?? '', providerData: { gemini: part as never } };
}

function cohereRequest(body: Body): Rebuilt {
  const { fields, rest } = take(body, ['model', 'messages', 'tools', 'tool_choice', 'temperature', 'p', 'max_tokens', 'response_format', 'thinking']);
  const messages = asArray(fields['messages']).map((value): Message => {
    const message = asRecord(value);
    if (message['role'] === 'assistant') return answered('cohere', { message: { ...message, content: typeof message['content'] === 'string' ? [{ type: 'text', text: message['content'] }] : message['content'] }, finish_reason: 'COMPLETE' });
    return { role: message['role'] as Message['role'], content: contentOf(message['content'], chatPart), ...(message['role'] === 'tool' ? { toolCallId: str(message['tool_call_id']) } : {}) };
  });
  const format = asRecord(fields['response_format']);
  const thinking = asRecord(fields['thinking']);
  return {
    messages, options: options({
      model: fields['model'], tools: fields['tools'] && asArray(fields['tools']).map(functionTool), temperature: fields['temperature'], topP: fields['p'], maxTokens: fields['max_tokens'],
      toolChoice: fields['tool_choice'] === 'REQUIRED' ? 'required' : fields['tool_choice'] === 'NONE' ? 'none' : undefined,
      reasoning: thinking['type'] === 'enabled' ? { budgetTokens: thinking['token_budget'] } : undefined,
      responseFormat: format['json_schema'] ? { type: 'json_schema', schema: format['json_schema'] } : undefined,
    }, rest),
  };
}

function bedrockPart(value: unknown): ContentPart {
  const part = asRecord(value);
  if (typeof part['text'] === 'string') return { type: 'text', text: part['text'] };
  const read = (kind: 'image' | 'video' | 'document', mime: string): ContentPart => {
    const inner = asRecord(part[kind]);
    const from = asRecord(inner['source']);
    const media = from['s3Location'] ? { type: 'url' as const, url: str(asRecord(from['s3Location'])['uri']) } : { type: 'base64' as const, data: str(from['bytes']) };
    return { type: kind === 'document' ? 'file' : kind, source: media, mediaType: `${mime}/${str(inner['format'])}`, ...(inner['name'] ? { filename: str(inner['name']) } : {}) };
  };
  if (part['image']) return read('image', 'image');
  if (part['video']) return read('video', 'video');
  if (part['document']) return read('document', 'application');
  return { type: 'provider', name: Object.keys(part)[0] ?? '', providerData: { 'bedrock-converse': part as never } };
}

/** Cache points follow the part they belong to. */
function bedrockParts(values: readonly unknown[]): ContentPart[] {
  const parts: ContentPart[] = [];
  for (const value of values) {
    const last = parts.at(-1);
    if (asRecord(value)['cachePoint'] && last) parts[parts.length - 1] = { ...last, cacheControl: {} };
    else parts.push(bedrockPart(value));
  }
  return parts;
}

function bedrockRequest(body: Body, path: string): Rebuilt {
  const { fields, rest } = take(body, ['messages', 'system', 'inferenceConfig', 'toolConfig', 'outputConfig']);
  const messages: Message[] = asArray(fields['system']).length > 0 ? [{ role: 'system', content: bedrockParts(asArray(fields['system'])) }] : [];
  for (const message of asArray(fields['messages']).map(asRecord)) {
    const content = asArray(message['content']).map(asRecord);
    if (message['role'] === 'assistant') {
      messages.push(answered('bedrock-converse', { output: { message }, stopReason: 'end_turn' }));
      continue;
    }
    let run: unknown[] = [];
    const flush = (): void => {
      if (run.length > 0) messages.push({ role: 'user', content: bedrockParts(run) });
      run = [];
    };
    for (const part of content) {
      const result = asRecord(part['toolResult']);
      if (!part['toolResult']) {
        run.push(part);
        continue;
      }
      flush();
      const inner = asArray(result['content']).map(asRecord);
      const [first] = inner;
      messages.push({
        role: 'tool', toolCallId: str(result['toolUseId']), ...(result['status'] === 'error' ? { isError: true } : {}),
        ...(inner.length === 1 && first?.['json'] ? { content: '', toolResult: { data: first['json'] as never } } : { content: bedrockParts(inner) }),
      });
    }
    flush();
  }
  const inference = asRecord(fields['inferenceConfig']);
  const config = asRecord(fields['toolConfig']);
  const choice = asRecord(config['toolChoice']);
  const schema = asRecord(asRecord(asRecord(asRecord(fields['outputConfig'])['textFormat'])['structure'])['jsonSchema']);
  return {
    messages, options: options({
      model: decodeURIComponent(path.split('/')[2] ?? ''), maxTokens: inference['maxTokens'], temperature: inference['temperature'], topP: inference['topP'], stop: inference['stopSequences'],
      toolChoice: choice['tool'] ? { name: asRecord(choice['tool'])['name'] } : choice['any'] ? 'required' : choice['auto'] ? 'auto' : undefined,
      tools: fields['toolConfig'] && asArray(config['tools']).map((tool) => {
        const spec = asRecord(asRecord(tool)['toolSpec']);
        return asRecord(tool)['toolSpec'] ? { name: spec['name'], description: spec['description'], parameters: asRecord(spec['inputSchema'])['json'], ...(spec['strict'] === undefined ? {} : { strict: spec['strict'] }) } : { type: 'provider', definition: tool };
      }),
      responseFormat: schema['schema'] ? { type: 'json_schema', schema: JSON.parse(str(schema['schema'])), name: schema['name'], description: schema['description'], strict: false } : undefined,
    }, rest),
  };
}

/** The recorded body as messages and options. @throws for parts this reader does not know. */
export function rebuild(dialect: string, body: Body, path: string): Rebuilt {
  switch (dialect) {
    case 'openai-chat': return openAIChatRequest(body);
    case 'openai-responses': return responsesRequest(body);
    case 'anthropic': return anthropicRequest(body);
    case 'gemini': return geminiRequest(body, path);
    case 'cohere': return cohereRequest(body);
    default: return bedrockRequest(body, path);
  }
}
