import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Agent, agentStep, checkJsonSchema, defineTool, runAgent, runAgentWithCallback, type AgentEvent, type Tool } from '../../../src/agent/index.ts';
import { AbortedError, ValidationError } from '../../../src/base/error-classes.ts';
import { ChatMessage, ChatWindow, customModel, type ChatModel } from '../../../src/model/index.ts';
import type { CompletionRequest } from '../../../src/spec/completion.ts';
import type { JsonSchema } from '../../../src/spec/json-schema.ts';
import { Workflow } from '../../../src/workflow/index.ts';

type Turn = string | readonly (readonly [name: string, args: object, id?: string])[];

/** A model that plays the turns: a text answers, a list calls tools. */
function plays(...turns: Turn[]): { model: ChatModel; asked: CompletionRequest[] } {
  const asked: CompletionRequest[] = [];
  const model = customModel('m', { complete: (request) => {
    const turn = turns[Math.min(asked.push(request), turns.length) - 1]!;
    const usage = { promptTokens: 10, completionTokens: 5 };
    if (typeof turn === 'string') return { content: turn, usage, cost: 0.25 };
    return { toolCalls: turn.map(([name, args, id], i) => ({ id: id ?? `${asked.length}.${i}`, name, arguments: args })), usage, cost: 0.25 };
  } });
  return { model, asked };
}

const ask = [ChatMessage.user('What is the weather?')];
const weather = defineTool('weather', z.object({ city: z.string() }), ({ city }) => ({ city, temp: 22 }));
const results = (messages: readonly ChatMessage[]): unknown[] => messages.filter(({ role }) => role === 'tool').map(({ content, toolResult }) => toolResult?.data ?? content);

describe('runAgent', () => {
  it('calls the tools the model wants and tells it what they gave', async () => {
    const { model, asked } = plays([['weather', { city: 'Rome' }]], 'It is 22 degrees.');
    const result = await runAgent(model, ask, [weather]);
    expect(result).toMatchObject({ content: 'It is 22 degrees.', iterations: 1, stopReason: 'answer', totalCost: 0.5 });
    expect(result.response.content).toBe('It is 22 degrees.');
    expect(result.totalUsage?.totalTokens).toBe(30);
    expect(result.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(results(result.messages)).toEqual([{ city: 'Rome', temp: 22 }]);
    expect(asked[1]?.messages.at(-1)).toMatchObject({ role: 'tool', toolCallId: '1.0', name: 'weather' });
    expect(asked[0]?.tools?.[0]).toMatchObject({ name: 'weather', parameters: { type: 'object', required: ['city'] } });
  });

  it('takes one function for all tools, as the Node documents do', async () => {
    const { model } = plays([['a', { x: 1 }], ['b', {}]], 'done');
    const result = await runAgent(model, ask, [{ name: 'a' }, { name: 'b' }], async (name, args) => ({ name, args }), { maxIterations: 5 });
    expect(results(result.messages)).toEqual([{ name: 'a', args: { x: 1 } }, { name: 'b', args: {} }]);
  });

  it('what a handler gives is read in both channels', async () => {
    const gives = (value: unknown): Promise<ChatMessage> => runAgent(plays([['t', {}]], 'done').model, ask, [{ name: 't', handler: () => value }]).then(({ messages }) => messages.at(-2)!);
    expect(await gives('plain')).toMatchObject({ content: 'plain', toolResult: null });
    expect((await gives({ items: [1] })).toolResult).toEqual({ data: { items: [1] } });
    expect((await gives({ data: 1, llm_override: { kind: 'text', text: 'one' } })).toolResult).toEqual({ data: 1, llmOverride: { kind: 'text', text: 'one' } });
    expect((await gives('{"data":{"a":1}}')).toolResult).toEqual({ data: { a: 1 } });
    expect((await gives(undefined)).toolResult).toEqual({ data: null });
  });

  it.each<[string, Tool[], RegExp]>([
    ['an unknown tool', [], /no tool named 'weather'/], ['wrong arguments by a Standard Schema', [weather], /city/],
    ['wrong arguments by a JSON Schema', [{ name: 'weather', parameters: { type: 'object', properties: { n: { type: 'integer' } }, required: ['m'] }, handler: () => 1 }], /n: expected integer.*|m: is missing/],
    ['a tool that throws', [{ name: 'weather', handler: () => { throw new Error('no network'); } }], /no network/],
    ['a tool that takes too long', [{ name: 'weather', timeoutMs: 20, handler: () => new Promise(() => undefined) }], /timed out after 20ms/],
  ])('%s is told to the model, which goes on', async (_name, tools, pattern) => {
    const result = await runAgent(plays([['weather', { n: 'x' }]], 'sorry').model, ask, tools);
    expect(result.content).toBe('sorry');
    expect(result.messages[2]).toMatchObject({ role: 'tool', isError: true });
    expect(result.messages[2]?.content).toMatch(pattern);
  });

  it('results keep the order of the calls, with no more at once than allowed', async () => {
    let running = 0;
    let most = 0;
    const slow: Tool = { name: 't', handler: async ({ n }: { n: number }) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 10 - n));
      running--;
      return n;
    } };
    const calls = [0, 1, 2, 3, 4, 5].map((n) => ['t', { n }] as const);
    const result = await runAgent(plays(calls, 'done').model, ask, [slow], { toolConcurrency: 2 });
    expect(results(result.messages)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });

  it('after the last round a final answer without tools is asked for', async () => {
    const { model, asked } = plays([['t', {}]], [['t', {}]], 'enough');
    const result = await runAgent(model, ask, [{ name: 't', handler: () => 1 }], { maxIterations: 2 });
    expect(result).toMatchObject({ content: 'enough', iterations: 2, stopReason: 'max_iterations' });
    expect(asked.map(({ toolChoice }) => toolChoice)).toEqual([undefined, undefined, 'none']);
  });

  it('the finish tool ends the run with its result', async () => {
    const { model } = plays([['finish_workflow', { result: '42' }]]);
    expect(await runAgent(model, ask, [], { addFinishTool: true })).toMatchObject({ content: '42', stopReason: 'finish_tool' });
  });

  it('a stop condition, a system prompt, a window and events', async () => {
    const events: AgentEvent[] = [];
    const { model, asked } = plays([['t', {}]], [['t', {}]], 'never');
    const result = await runAgentWithCallback(model, ask, [{ name: 't', handler: () => 1 }], (event) => events.push(event), {
      systemPrompt: 'Be brief', stopWhen: ({ iterations }) => iterations === 2, chatWindow: new ChatWindow(10_000),
    });
    expect(result.stopReason).toBe('stop_condition');
    expect(asked[1]?.messages[0]).toMatchObject({ role: 'system', content: 'Be brief' });
    expect(events.map(({ type }) => type)).toEqual(['tool-called', 'tool-result', 'iteration-complete', 'tool-called', 'tool-result', 'iteration-complete']);
  });

  it('streams the model\'s answers as events when asked to', async () => {
    const deltas: (string | undefined)[] = [];
    const { model } = plays('Hello');
    await runAgent(model, ask, [], { stream: true, onEvent: (event) => { if (event.type === 'model') deltas.push(event.part.delta); } });
    expect(deltas.join('')).toBe('Hello');
  });

  it('a call that needs approval is asked for, refused with a reason, or waits', async () => {
    const danger: Tool = { name: 'delete', needsApproval: true, handler: () => 'deleted' };
    const turns: Turn[] = [[['delete', {}, 'c1']], 'ok'];
    expect(results((await runAgent(plays(...turns).model, ask, [danger], { approve: () => true })).messages)).toEqual(['deleted']);
    expect(results((await runAgent(plays(...turns).model, ask, [danger], { approve: () => 'too risky' })).messages)[0]).toMatch(/too risky/);
    const waiting = await runAgent(plays(...turns).model, ask, [danger]);
    expect(waiting).toMatchObject({ stopReason: 'needs_approval', pendingApprovals: [{ id: 'c1', name: 'delete' }] });
    const messages = JSON.parse(JSON.stringify(waiting.messages)) as ChatMessage[];
    const resumed = await runAgent(plays('ok').model, messages, [danger], { approvals: { c1: true } });
    expect(results(resumed.messages)).toEqual(['deleted']);
    expect(resumed.content).toBe('ok');
  });

  it('an abort ends the run, a tool at work included', async () => {
    const controller = new AbortController();
    let seen: AbortSignal | undefined;
    const tool: Tool = { name: 't', handler: (_args: object, { signal }: { signal: AbortSignal }) => {
      seen = signal;
      controller.abort(new AbortedError('enough'));
      return new Promise(() => undefined);
    } };
    await expect(runAgent(plays([['t', {}]]).model, ask, [tool], { signal: controller.signal })).rejects.toThrow(AbortedError);
    expect(seen?.aborted).toBe(true);
  });
});

describe('defineTool', () => {
  it('types the arguments by the schema and refuses bad names', () => {
    const tool = defineTool({ name: 'add', schema: z.object({ a: z.number() }), handler: ({ a }) => a + 1 });
    expect(tool.parameters).toMatchObject({ properties: { a: { type: 'number' } } });
    // @ts-expect-error -- b is not in the schema
    defineTool('t', z.object({ a: z.number() }), ({ b }) => b);
    expect(() => defineTool('bad name', { type: 'object' }, () => 1)).toThrow(ValidationError);
  });
});

describe('checkJsonSchema', () => {
  it.each<[object, unknown, number]>([
    [{ type: 'string' }, 'a', 0], [{ type: 'string' }, 1, 1], [{ type: ['string', 'null'] }, null, 0], [{ enum: ['a', 'b'] }, 'c', 1],
    [{ type: 'object', properties: { a: { type: 'number', minimum: 2 } }, required: ['a', 'b'], additionalProperties: false }, { a: 1, c: 1 }, 3],
    [{ type: 'array', items: { type: 'integer' }, minItems: 3 }, [1, 1.5], 2], [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, true, 1],
    [{ $defs: { n: { type: 'object', properties: { next: { $ref: '#/$defs/n' } } } }, $ref: '#/$defs/n' }, { next: { next: 1 } }, 1],
  ])('%j and %j: %d problems', (schema, value, count) => {
    expect(checkJsonSchema(schema as JsonSchema, value)).toHaveLength(count);
  });
});

describe('Agent', () => {
  it('is a tool of another agent', async () => {
    const helper = new Agent({ model: plays('Rome is sunny').model, name: 'helper' });
    const result = await new Agent({ model: plays([['helper', { task: 'weather in Rome' }]], 'Sunny!').model, tools: [helper.asTool()] }).run('How is Rome?');
    expect(results(result.messages)).toEqual(['Rome is sunny']);
    expect(result.content).toBe('Sunny!');
  });

  it('is a workflow step: each turn is an execution, an approval parks the run', async () => {
    const deleted: string[] = [];
    const danger: Tool = { name: 'delete', needsApproval: true, handler: ({ path }: { path: string }) => { deleted.push(path); } };
    const { model, asked } = plays([['weather', { city: 'Rome' }]], [['delete', { path: '/tmp' }, 'c9']], 'All done');
    const step = agentStep({
      agent: new Agent({ model, tools: [weather, danger] }), input: (event) => String(event['task']),
      output: ({ content, iterations, totalUsage }) => ({ type: 'blazen::StopEvent', result: { content, iterations, tokens: totalUsage?.totalTokens } }),
    });
    const make = (): Workflow => new Workflow('cleaner').addStep(step.name, ['blazen::StartEvent', ...step.types], step.handler);
    const handler = await make().runWithHandler({ task: 'clean up' });
    let request: { readonly request_id: string; readonly metadata: { readonly calls: unknown } } | undefined;
    for await (const event of handler) {
      if (event.type !== 'blazen::InputRequestEvent') continue;
      request = event.data as NonNullable<typeof request>;
      break;
    }
    expect(request?.metadata.calls).toEqual([{ id: 'c9', name: 'delete', arguments: { path: '/tmp' } }]);
    expect([deleted, asked.length]).toEqual([[], 2]);
    handler.respondToInput(request!.request_id, true);
    expect((await handler.result()).data).toEqual({ content: 'All done', iterations: 2, tokens: 45 });
    expect([deleted, asked.length]).toEqual([['/tmp'], 3]);
  });
});
