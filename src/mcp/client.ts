import type { Tool } from '../agent/index.ts';
import { AuthError, NetworkError, ProviderError } from '../base/error-classes.ts';
import { asArray, asRecord, asString, isRecord } from '../base/json.ts';
import { headerValue, post, type McpFetch } from './channel.ts';
import { paramHeaders, toTool, type McpToolResult } from './tools.ts';

/** Where an MCP server is, and how to reach it. */
export interface McpOptions {
  /** Address of its endpoint (streamable HTTP). */
  readonly url: string;
  /** Extra HTTP headers, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the transport; called like `fetch(url, init)`. */
  readonly fetch?: McpFetch;
  /** Name and version this client gives of itself. Default `blazen-ts`. */
  readonly client?: { readonly name: string; readonly version: string };
  /** Ends the handshake. */
  readonly signal?: AbortSignal;
}

/** A connection to an MCP server. */
export interface McpClient {
  /** Revision of the protocol that is spoken. */
  readonly protocolVersion: string;
  /** Name and version the server gives of itself, when it does. */
  readonly serverInfo: { readonly name?: string; readonly version?: string };
  /** How the server wants its tools to be used. */
  readonly instructions: string | undefined;
  /** The server's tools, for `runAgent` and `Agent`. What a tool reports as its error is told to the model. */
  tools(signal?: AbortSignal): Promise<Tool[]>;
  /** Call a tool by its name. A result with `isError` is given back, not thrown. */
  callTool(name: string, args?: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<McpToolResult>;
  /** Say goodbye to a server that keeps a session. */
  close(): Promise<void>;
}

/** The stateless revision, and the newest one with a handshake. */
const STATELESS = '2026-07-28';
const WITH_HANDSHAKE = '2025-11-25';
const META = 'io.modelcontextprotocol/';

/**
 * Connect to an MCP server over streamable HTTP. Servers of the stateless protocol (2026-07-28) are asked what they are;
 * others get the handshake of the protocols before it.
 *
 * @example
 * const mcp = await connectMcp({ url: 'https://example.com/mcp' });
 * const agent = new Agent({ model: openai(), tools: await mcp.tools() });
 *
 * @throws AuthError, NetworkError, or ProviderError when the server does not speak the protocol.
 */
export async function connectMcp({ url, headers: own, fetch: send = (...args) => fetch(...args), client: clientInfo = { name: 'blazen-ts', version: '1' }, signal }: McpOptions): Promise<McpClient> {
  let version = STATELESS;
  let session: string | null = null;
  let lastId = 0;

  const headersFor = (method = '', name?: unknown): Record<string, string> => ({
    ...own,
    ...(version && { 'mcp-protocol-version': version }),
    ...(session && { 'mcp-session-id': session }),
    ...(version === STATELESS && { 'mcp-method': method, ...(typeof name === 'string' && { 'mcp-name': headerValue(name) }) }),
  });

  const request = async (method: string, params: Readonly<Record<string, unknown>>, stop?: AbortSignal, extra?: Record<string, string>): Promise<Record<string, unknown>> => {
    const stateless = version === STATELESS;
    const meta = { [`${META}protocolVersion`]: version, [`${META}clientInfo`]: clientInfo, [`${META}clientCapabilities`]: {} };
    const message = { jsonrpc: '2.0' as const, id: ++lastId, method, params: stateless ? { ...params, _meta: meta } : params };
    try {
      const reply = await post(send, url, { ...headersFor(method, params['name']), ...(stateless && extra) }, message, stop);
      if (!version) session = reply.session;
      return reply.result;
    } catch (error) {
      // The server has forgotten the session: a new one, once.
      if (!session || (error as ProviderError).status !== 404) throw error;
      await handshake(stop);
      return (await post(send, url, headersFor(method), message, stop)).result;
    }
  };

  const handshake = async (stop?: AbortSignal): Promise<Record<string, unknown>> => {
    version = '';
    session = null;
    const hello = await request('initialize', { protocolVersion: WITH_HANDSHAKE, capabilities: {}, clientInfo }, stop);
    version = asString(hello['protocolVersion']) ?? WITH_HANDSHAKE;
    await post(send, url, headersFor(), { jsonrpc: '2.0', method: 'notifications/initialized' }, stop);
    return hello;
  };

  const call = async (name: string, args: Readonly<Record<string, unknown>>, stop?: AbortSignal, extra?: Record<string, string>): Promise<McpToolResult> => {
    const result = await request('tools/call', { name, arguments: args }, stop, extra);
    if (result['resultType'] === 'input_required') throw new ProviderError(`mcp error: '${name}' asks the user for input`);
    return { content: asArray(result['content']).filter(isRecord), structuredContent: result['structuredContent'], isError: result['isError'] === true };
  };

  // What the protocols before 2026 answer to a method they do not know differs: any refusal may mean it.
  let hello: Record<string, unknown> = await request('server/discover', {}, signal).catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
    return {};
  });
  if (!asArray(hello['supportedVersions']).includes(STATELESS)) hello = await handshake(signal);

  return {
    protocolVersion: version,
    serverInfo: asRecord(hello['serverInfo'] ?? asRecord(hello['_meta'])[`${META}serverInfo`]),
    instructions: asString(hello['instructions']),
    async tools(stop) {
      const tools: Tool[] = [];
      let cursor: unknown;
      do {
        const page = await request('tools/list', cursor ? { cursor } : {}, stop);
        for (const tool of asArray(page['tools']).map(asRecord)) {
          tools.push(toTool(tool, (name, args, given) => call(name, args, given, paramHeaders(asRecord(tool['inputSchema']), args))));
        }
        cursor = page['nextCursor'];
      } while (cursor);
      return tools;
    },
    callTool: (name, args = {}, stop) => call(name, args, stop),
    async close() {
      if (!session) return;
      const headers = headersFor();
      session = null;
      await send(url, { method: 'DELETE', headers }).then((response) => response.body?.cancel(), () => undefined);
    },
  };
}

/** The server answered, and not with what was asked. */
function isRefusal(error: unknown): boolean {
  return error instanceof ProviderError && !(error instanceof AuthError || error instanceof NetworkError) && (error.status as number) < 500;
}
