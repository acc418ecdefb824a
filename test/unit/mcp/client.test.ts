import { createMcpHandler, McpServer as McpServer2 } from '@modelcontextprotocol/server';
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { runAgent } from '../../../src/agent/index.ts';
import { AbortedError, AuthError, ChatMessage, NetworkError, ProviderError, customModel } from '../../../src/index.ts';
import { connectMcp, type McpFetch } from '../../../src/mcp/index.ts';
import { startReplayServer } from '../../helpers/replay-server.ts';

type Handler = (request: Request) => Promise<Response>;
const through = (handler: Handler): McpFetch => async (url, init) => {
  init.signal?.throwIfAborted();
  return handler(new Request(url, init));
};
// The servers warn about the name that models cannot have.
vi.spyOn(console, 'warn').mockImplementation(() => undefined);

/** The tools both servers offer, registered on either line's class. */
function offer(server: McpServer1 | McpServer2): void {
  const target = server as McpServer2;
  const inputSchema = z.object({ a: z.number(), b: z.number() });
  target.registerTool('add', { description: 'Adds two numbers', inputSchema, outputSchema: z.object({ sum: z.number() }) }, async ({ a, b }) => (
    { content: [{ type: 'text', text: `${a + b}` }], structuredContent: { sum: a + b } }
  ));
  target.registerTool('fail', { description: 'Fails' }, async () => ({ content: [{ type: 'text', text: 'the sea is closed' }], isError: true }));
  target.registerTool('picture', { description: 'Draws' }, async () => ({ content: [{ type: 'text', text: 'A boat' }, { type: 'image', data: 'aGk=', mimeType: 'image/png' }] }));
  target.registerTool('größe/m', { description: 'A name models cannot have' }, async () => ({ content: [{ type: 'text', text: 'ok' }] }));
  for (let i = 0; i < 5; i++) target.registerTool(`filler_${i}`, { description: 'x' }, async () => ({ content: [] }));
}

/** The official 1.x server: sessions, answers as event streams or JSON. */
function sessions(json: boolean): { handler: Handler; sessions: Map<string, WebStandardStreamableHTTPServerTransport> } {
  const open = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const handler: Handler = async (request) => {
    const id = request.headers.get('mcp-session-id');
    let transport = id === null ? undefined : open.get(id);
    if (transport === undefined) {
      if (id !== null) return Response.json({ jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null }, { status: 404 });
      const made = new WebStandardStreamableHTTPServerTransport({
        sessionIdGenerator: () => crypto.randomUUID(), enableJsonResponse: json, onsessioninitialized: (session) => void open.set(session, made), onsessionclosed: (session) => void open.delete(session),
      });
      transport = made;
      const server = new McpServer1({ name: 'harbour', version: '1.0.0' }, { instructions: 'Add before you multiply' });
      offer(server);
      await server.connect(made);
    }
    return transport.handleRequest(request);
  };
  return { handler, sessions: open };
}

/** The official 2.x server, stateless. */
function stateless(): Handler {
  const handler = createMcpHandler(() => {
    const server = new McpServer2({ name: 'harbour', version: '2.0.0' }, { instructions: 'Add before you multiply' });
    offer(server);
    return server;
  });
  return (request) => handler.fetch(request);
}

const servers: Record<string, () => { handler: Handler; version: RegExp }> = {
  'the 1.x server answering with event streams': () => ({ handler: sessions(false).handler, version: /^2025-/ }),
  'the 1.x server answering with JSON': () => ({ handler: sessions(true).handler, version: /^2025-/ }),
  'the 2.x server': () => ({ handler: stateless(), version: /^2026-07-28$/ }),
};

describe.each(Object.keys(servers))('%s', (name) => {
  const { handler, version } = servers[name]!();
  const connect = () => connectMcp({ url: 'http://127.0.0.1/mcp', fetch: through(handler) });

  it('is asked in the protocol it speaks, and says what it is', async () => {
    const mcp = await connect();
    expect(mcp.protocolVersion).toMatch(version);
    expect(mcp.serverInfo).toMatchObject({ name: 'harbour' });
    expect(mcp.instructions).toBe('Add before you multiply');
    await mcp.close();
  });

  it('gives its tools with names that models can have', async () => {
    const tools = await (await connect()).tools();
    expect(tools.map((tool) => tool.name)).toEqual(['add', 'fail', 'picture', 'gr__e_m', 'filler_0', 'filler_1', 'filler_2', 'filler_3', 'filler_4']);
    expect(tools[0]).toMatchObject({ description: 'Adds two numbers', parameters: { type: 'object', required: ['a', 'b'] } });
    const context = { callId: 'c', iteration: 1, messages: [], signal: new AbortController().signal };
    expect(await tools[3]!.handler({} as never, context)).toEqual({ data: 'ok' });
    expect(await tools[2]!.handler({} as never, context)).toMatchObject({ data: 'A boat', llmOverride: { kind: 'parts', parts: [{ type: 'text', text: 'A boat' }, { type: 'image', mediaType: 'image/png' }] } });
  });

  it('serves an agent: results, errors the model sees, wrong arguments', async () => {
    const mcp = await connect();
    const turns = [
      [{ id: '1', name: 'add', arguments: { a: 2, b: 3 } }, { id: '2', name: 'fail', arguments: {} }, { id: '3', name: 'add', arguments: { a: 'two' } }],
      [],
    ];
    let turn = 0;
    const model = customModel('scripted', { complete: () => ({ content: turn === 1 ? 'done' : '', toolCalls: turns[turn++]! }) });
    const { messages } = await runAgent(model, [ChatMessage.user('go')], await mcp.tools());
    const told = messages.filter(({ role }) => role === 'tool').map((message) => message.toolResult ?? message.content);
    expect(told[0]).toEqual({ data: { sum: 5 }, llmOverride: { kind: 'text', text: '5' } });
    expect(told[1]).toBe('Error: the sea is closed');
    expect(told[2]).toMatch(/^Error: invalid arguments of 'add'/);
  });

  it('answers a direct call, its mistakes included', async () => {
    const mcp = await connect();
    expect(await mcp.callTool('add', { a: 1, b: 1 })).toMatchObject({ structuredContent: { sum: 2 }, isError: false });
    expect((await mcp.callTool('fail')).isError).toBe(true);
    const unknown = await mcp.callTool('nobody').catch((error: unknown) => error);
    // One line throws, the other reports it as the tool's own failure.
    expect(unknown instanceof ProviderError || (unknown as { isError: boolean }).isError).toBe(true);
  });

  it('stops a call when told', async () => {
    const mcp = await connect();
    await expect(mcp.callTool('add', { a: 1, b: 1 }, AbortSignal.abort())).rejects.toBeInstanceOf(AbortedError);
  });
});

it('begins a new session when the server has forgotten the old one, and ends it at close', async () => {
  const { handler, sessions: open } = sessions(true);
  const mcp = await connectMcp({ url: 'http://127.0.0.1/mcp', fetch: through(handler) });
  expect(open.size).toBe(1);
  open.clear();
  expect((await mcp.callTool('add', { a: 1, b: 2 })).structuredContent).toEqual({ sum: 3 });
  expect(open.size).toBe(1);
  await mcp.close();
  expect(open.size).toBe(0);
});

it('uses the host\'s own fetch unless told otherwise', async () => {
  const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { supportedVersions: ['2026-07-28'], _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'socket' } } } });
  const server = await startReplayServer(() => ({ status: 200, headers: { 'content-type': 'application/json' }, chunks: [new TextEncoder().encode(answer)] }));
  expect((await connectMcp({ url: server.address('mcp') })).serverInfo).toEqual({ name: 'socket' });
  await server.close();
});

it('reads all pages of the tools', async () => {
  const page = (cursor: unknown): object => (cursor === undefined ? { tools: [{ name: 'a', inputSchema: { type: 'object' } }], nextCursor: 'next' } : { tools: [{ name: 'b', inputSchema: { type: 'object' } }] });
  const mcp = await connectMcp({ url: 'http://127.0.0.1/mcp', fetch: async (_url, init) => {
    const { id, method, params } = JSON.parse(init.body as string) as { id: number; method: string; params: { cursor?: string } };
    return Response.json({ jsonrpc: '2.0', id, result: method === 'server/discover' ? { supportedVersions: ['2026-07-28'] } : page(params.cursor) });
  } });
  expect((await mcp.tools()).map(({ name }) => name)).toEqual(['a', 'b']);
});

it('repeats arguments in headers where the schema asks for it, in a form headers can carry', async () => {
  const seen: Record<string, string>[] = [];
  const inputSchema = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, deep: { type: 'object', properties: { urgent: { type: 'boolean', 'x-mcp-header': 'Urgent' } } } } };
  const mcp = await connectMcp({ url: 'http://127.0.0.1/mcp', headers: { authorization: 'Bearer t' }, fetch: async (_url, init) => {
    seen.push(init.headers as Record<string, string>);
    const { id, method } = JSON.parse(init.body as string) as { id: number; method: string };
    return Response.json({ jsonrpc: '2.0', id, result: { supportedVersions: ['2026-07-28'], ...(method === 'tools/list' ? { tools: [{ name: 'tide', inputSchema }] } : { content: [] }) } });
  } });
  const [tide] = await mcp.tools();
  await tide!.handler({ region: 'Nähe', deep: { urgent: true } } as never, { callId: 'c', iteration: 1, messages: [], signal: new AbortController().signal });
  expect(seen.at(-1)).toMatchObject({ authorization: 'Bearer t', 'mcp-method': 'tools/call', 'mcp-name': 'tide', 'mcp-param-Region': '=?base64?TsOkaGU=?=', 'mcp-param-Urgent': 'true' });
});

it('tells apart a wrong key, a silent server and an answer that cannot be read', async () => {
  const connect = (fetch: McpFetch): Promise<unknown> => connectMcp({ url: 'http://127.0.0.1/mcp?token=secret', fetch }).catch((error: unknown) => error);
  expect(await connect(async () => new Response('no', { status: 401 }))).toBeInstanceOf(AuthError);
  expect(await connect(() => Promise.reject(new TypeError('refused')))).toBeInstanceOf(NetworkError);
  expect(await connect(async () => new Response('<html>', { status: 200 }))).toBeInstanceOf(NetworkError);
  expect(await connect(async () => new Response('', { status: 503 }))).toMatchObject({ retryable: true });
  const hostile = await connect(async () => new Response('{"id":1,"result":{"__proto__":{"polluted":true}}}'));
  expect(hostile).toBeInstanceOf(NetworkError);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(JSON.stringify(hostile)).not.toContain('secret');
});

it('reads event streams however they are cut', async () => {
  const text = 'event: message\r\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\r\n\r\n: ping\r\n\r\nid: 7\r\ndata: {"jsonrpc":"2.0","id":1,\r\ndata: "result":{"supportedVersions":["2026-07-28"],"instructions":"é"}}\r\n\r\n';
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size++) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const mcp = await connectMcp({ url: 'http://127.0.0.1/mcp', fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }) });
    expect(mcp.instructions).toBe('é');
  }
});
