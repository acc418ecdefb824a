import type { Tool } from '../agent/index.ts';
import { asRecord, asString, isRecord, type JsonValue } from '../base/json.ts';
import type { ContentPart } from '../spec/message.ts';
import type { ToolOutput } from '../spec/tool.ts';
import { headerValue } from './channel.ts';

/** What a tool of a server gave: content blocks as the protocol defines them, and structured content if it has a schema. */
export interface McpToolResult {
  readonly content: readonly Record<string, unknown>[];
  readonly structuredContent?: unknown;
  readonly isError: boolean;
}

type Call = (name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<McpToolResult>;

/** A server's tool as an agent's. Providers allow letters, digits, `_`, `-` and `.` in names: the model sees others replaced. */
export function toTool(tool: Record<string, unknown>, call: Call): Tool {
  const name = asString(tool['name']) ?? '';
  const description = asString(tool['description']) ?? asString(tool['title']);
  return {
    name: name.replaceAll(/[^\w.-]/g, '_').slice(0, 128), parameters: asRecord(tool['inputSchema']),
    ...(description === undefined ? {} : { description }),
    async handler(args: Readonly<Record<string, unknown>>, { signal }: { readonly signal: AbortSignal }) {
      const result = await call(name, args, signal);
      const output = toOutput(result);
      if (result.isError) throw new Error(textOf(result) || 'the tool failed');
      return output;
    },
  };
}

/** The program gets the structured content if there is one, the model what the server wrote for it. */
function toOutput(result: McpToolResult): ToolOutput {
  const text = textOf(result);
  const { structuredContent, content } = result;
  const data = (structuredContent ?? text) as JsonValue;
  if (content.some(({ type }) => type === 'image' || type === 'audio')) return { data, llmOverride: { kind: 'parts', parts: content.map(toPart) } };
  return structuredContent !== undefined && text ? { data, llmOverride: { kind: 'text', text } } : { data };
}

function textOf({ content }: McpToolResult): string { return content.map(blockText).filter(Boolean).join('\n'); }

function blockText({ type, text, resource, uri, title, name }: Record<string, unknown>): string {
  const { text: inside, uri: at } = asRecord(resource);
  if (type === 'resource') return String(inside ?? at);
  return type === 'resource_link' ? `${String(title ?? name)}: ${String(uri)}` : asString(text) ?? '';
}

function toPart(block: Record<string, unknown>): ContentPart {
  const { type, data, mimeType } = block;
  if (type !== 'image' && type !== 'audio') return { type: 'text', text: blockText(block) };
  return { type, source: { type: 'base64', data: asString(data) ?? '' }, ...(typeof mimeType === 'string' ? { mediaType: mimeType } : {}) };
}

/** Arguments that a tool's schema wants repeated in HTTP headers (`x-mcp-header`, protocol 2026-07-28). */
export function paramHeaders(schema: Record<string, unknown>, args: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, property] of Object.entries(asRecord(schema['properties']))) {
    if (!isRecord(property)) continue;
    const value = asRecord(args)[key];
    const name = property['x-mcp-header'];
    if (typeof name === 'string' && (typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value))) {
      headers[`mcp-param-${name}`] = headerValue(String(value));
    }
    Object.assign(headers, paramHeaders(property, value));
  }
  return headers;
}
