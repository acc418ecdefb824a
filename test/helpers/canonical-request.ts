// Two request bodies that a provider treats alike become the same value: defaults and nulls go, spellings are unified,
// text alone is one string, arguments are values, messages of one side in a row are one message.
import { asArray, asRecord, asString, isRecord } from '../../src/base/json.ts';
import { camelise, lowerTypes } from './recorded-requests.ts';

type Body = Record<string, unknown>;

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, clean(inner)]));
}

/** Parts in a row that are only text are one string. */
function plainContent(content: unknown): unknown {
  if (content === null || content === undefined || content === '') return [];
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : [...asArray(content)];
  return parts.filter((part) => !(asRecord(part)['text'] === '' && Object.keys(asRecord(part)).length <= 2));
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text || '{}');
  } catch {
    return text;
  }
}

function mergeTurns(messages: readonly Body[], field: string): Body[] {
  const merged: Body[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.['role'] === message['role'] && message['role'] !== 'system') last![field] = [...asArray(last![field]), ...asArray(message[field])];
    else merged.push({ ...message });
  }
  return merged.filter((message) => asArray(message[field]).length > 0);
}

const canonical: Record<string, (body: Body) => Body> = {
  'openai-chat': ({ stream: _stream, stream_options: _usage, tool_choice, messages, tools, response_format, max_completion_tokens, ...rest }) => ({
    max_tokens: max_completion_tokens, ...rest,
    response_format: JSON.parse(JSON.stringify(response_format ?? null), (key, value: unknown) => (key === 'strict' ? value || undefined : value)) as unknown, ...(tool_choice === 'auto' ? {} : { tool_choice }),
    tools: asArray(tools).map((tool) => {
      const fn = asRecord(asRecord(tool)['function']);
      return isRecord(asRecord(tool)['function']) ? { ...asRecord(tool), function: { ...fn, strict: fn['strict'] || undefined } } : tool;
    }),
    messages: asArray(messages).map(asRecord).map(({ prefix: _prefix, role, content, tool_calls, ...message }) => ({
      ...message, role: role === 'developer' ? 'system' : role, content: plainContent(content),
      tool_calls: asArray(tool_calls).map(asRecord).map(({ index: _index, ...call }) => ({ ...call, function: { ...asRecord(call['function']), arguments: parse(asRecord(call['function'])['arguments']) } })),
    })),
  }),
  'openai-responses': ({ stream: _stream, tool_choice, input, instructions, tools, include, ...rest }) => ({
    ...rest, ...(tool_choice === 'auto' ? {} : { tool_choice }),
    include: asArray(include).filter((what) => what !== 'reasoning.encrypted_content'),
    tools: asArray(tools).map(asRecord).map((tool) => ({ ...tool, strict: tool['strict'] || undefined })),
    input: [...(instructions ? [{ role: 'system', content: instructions }] : []), ...(typeof input === 'string' ? [{ role: 'user', content: input }] : asArray(input))].map(asRecord).map(({ type, status: _status, ...item }) => ({
      ...item, ...(type === 'message' ? {} : { type }),
      ...(item['role'] === undefined ? {} : { role: item['role'] === 'system' ? 'developer' : item['role'], content: asArray(plainContent(item['content'])).map((part) => ({ ...asRecord(part), type: String(asRecord(part)['type']).replace(/^(?:in|out)put_text$/, 'text') })) }),
      ...(item['arguments'] === undefined ? {} : { arguments: parse(item['arguments']) }),
    })),
  }),
  anthropic: ({ stream: _stream, system, messages, tools, tool_choice, ...rest }) => ({
    ...rest, ...(asRecord(tool_choice)['type'] === 'auto' ? {} : { tool_choice }),
    system: plainContent(system),
    tools: asArray(tools).map(asRecord).map(({ type, ...tool }) => ({ ...tool, type: type === 'custom' ? undefined : type })),
    messages: mergeTurns(asArray(messages).map(asRecord).map((message) => ({ ...message, content: asArray(plainContent(message['content'])).map(asRecord).map((part) => (
      part['type'] === 'tool_result' ? { ...part, is_error: part['is_error'] || undefined, content: plainContent(part['content']) } : part
    )) })), 'content'),
  }),
  gemini: (body) => {
    const { contents, tools, generationConfig, systemInstruction, toolConfig, ...rest } = camelise(body) as Body;
    const { responseModalities: _modalities, ...config } = asRecord(generationConfig);
    const declarations = (Array.isArray(tools) ? tools : tools ? [tools] : []).flatMap((entry: unknown) => asArray(asRecord(entry)['functionDeclarations']));
    const own = asArray(tools).map(asRecord).map(({ functionDeclarations: _functions, ...more }) => more).filter((entry) => Object.keys(entry).length > 0);
    const calling = asRecord(asRecord(toolConfig)['functionCallingConfig']);
    return {
      ...rest, generationConfig: config, systemInstruction: asArray(asRecord(systemInstruction)['parts']), own,
      toolConfig: { ...asRecord(toolConfig), functionCallingConfig: { ...calling, mode: (asString(calling['mode']) ?? 'AUTO').toUpperCase() } },
      declarations: declarations.map(asRecord).map(({ name, description, parameters, parametersJsonSchema }) => {
        const schema = asRecord(lowerTypes(parametersJsonSchema ?? parameters));
        return { name, description, schema: Object.keys(asRecord(schema['properties'])).length === 0 && !schema['$ref'] ? undefined : schema };
      }),
      contents: mergeTurns(asArray(contents).map(asRecord).map((content) => ({ ...content, parts: asArray(content['parts']).filter((part) => !(asRecord(part)['text'] === '' && Object.keys(asRecord(part)).length === 1)) })), 'parts'),
    };
  },
  cohere: ({ stream: _stream, messages, ...rest }) => ({
    ...rest, messages: asArray(messages).map(asRecord).map(({ content, tool_calls, ...message }) => ({
      ...message, content: plainContent(content),
      tool_calls: asArray(tool_calls).map(asRecord).map((call) => ({ ...call, function: { ...asRecord(call['function']), arguments: parse(asRecord(call['function'])['arguments']) } })),
    })),
  }),
  'bedrock-converse': ({ messages, system, inferenceConfig, toolConfig, outputConfig, ...rest }) => ({
    ...rest, system: asArray(system), inferenceConfig: asRecord(inferenceConfig),
    ...(toolConfig ? { toolConfig: { ...asRecord(toolConfig), toolChoice: asRecord(asRecord(toolConfig)['toolChoice'])['auto'] ? undefined : asRecord(toolConfig)['toolChoice'] } } : {}),
    ...(outputConfig ? { outputConfig: JSON.parse(JSON.stringify(outputConfig), (key, value: unknown) => (key === 'schema' ? parse(value) : value)) as unknown } : {}),
    messages: mergeTurns(asArray(messages).map(asRecord).map((message) => ({ ...message, content: asArray(message['content']).map(asRecord).map((part) => {
      const result = asRecord(part['toolResult']);
      return part['toolResult'] && message['role'] === 'user' ? { toolResult: { ...result, status: result['status'] ?? 'success' } } : part;
    }) })), 'content'),
  }),
};

/** A request body without what makes no difference to the provider. */
export function canonicalRequest(dialect: string, body: Body): unknown {
  return clean(canonical[dialect]!(body));
}
