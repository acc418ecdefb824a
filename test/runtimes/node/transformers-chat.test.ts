import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { defineTool, runAgent } from '../../../src/agent/index.ts';
import { AbortedError, LocalModelError, TimeoutError, UnsupportedError, ValidationError } from '../../../src/base/error-classes.ts';
import { ChatMessageInput, ChatRole, type InferenceChunkStream, type LocalChatModel, transformersChat, type TransformersChatLib } from '../../../src/local/chat/index.ts';
import { extract, fromJsHandler, withCache, withFallback, withRetry } from '../../../src/model/index.ts';
import type { StreamPart } from '../../../src/spec/completion.ts';
import { Workflow } from '../../../src/workflow/index.ts';
import { attentiveAnswer, attentiveDecoderFiles, scriptedDecoderFiles } from '../../helpers/onnx/chat-decoder.ts';
import type { ModelFiles } from '../../helpers/onnx/model-files.ts';
import { writeFiles } from '../../helpers/onnx/write-files.ts';
import { soak } from '../../helpers/chat-soak.ts';

// Everything here is computed by ONNX Runtime's WebAssembly through transformers.js, from models written just before.

let folder = '';
let model: LocalChatModel;
const instantiate = vi.spyOn(WebAssembly, 'instantiate');

const user = (content: string) => [{ role: 'user' as const, content }];
const load = (name: string): Promise<LocalChatModel> => transformersChat({ model: name, modelPath: folder }).load();
const problem = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'none', (error: unknown) => error instanceof LocalModelError ? error.problem : String(error));

/** A model whose tokenizer knows a word the model does not. */
function withOutside(size?: number): ModelFiles {
  const files = scriptedDecoderFiles();
  const config = String(files['config.json']);
  return {
    ...files, 'tokenizer.json': String(files['tokenizer.json']).replace('"hi?":', '"outside":500,"hi?":'),
    'config.json': size === undefined ? config : config.replace(/"vocab_size":\d+/, `"vocab_size":${size}`),
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chat-'));
  writeFiles(join(folder, 'scripted'), scriptedDecoderFiles());
  writeFiles(join(folder, 'attentive'), attentiveDecoderFiles());
  writeFiles(join(folder, 'bare'), scriptedDecoderFiles(null));
  writeFiles(join(folder, 'plain'), scriptedDecoderFiles('{% for m in messages %}{{ m.content }} {% endfor %}'));
  model = await load('scripted');
});
afterAll(async () => {
  await model.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('the tokens come out of the WebAssembly that was compiled here', () => {
  const modules = instantiate.mock.results.length;
  expect(modules).toBeGreaterThan(0);
});

describe('what a decoder with attention says', () => {
  it.each(['w1 w2 w3', 'w5', 'w9 w8 w7 w6', 'unknown w30', 'w2 w2 w2 w11 w4 w0'])('to "%s", token for token as the reference computes it', async (prompt) => {
    const attentive = await load('attentive');
    const answer = await attentive.complete(user(prompt), { maxTokens: 24 });
    const reference = attentiveAnswer(prompt, 24);
    await attentive.dispose();
    expect(answer.content ?? '').toBe(reference.text);
    expect(answer.finishReason).toBe(reference.ended ? 'stop' : 'length');
    expect(answer.usage).toMatchObject({ promptTokens: prompt.split(' ').length, completionTokens: reference.tokens, totalTokens: prompt.split(' ').length + reference.tokens });
  });
});

describe('requests', () => {
  it('stream word by word and end with usage and reason', async () => {
    const parts: StreamPart[] = [];
    const answer = await model.stream(user('hi?'), (part) => parts.push(part));
    expect(parts.map(({ type }) => type)).toEqual(['start', ...Array<string>(parts.length - 3).fill('text'), 'usage', 'finish']);
    expect(parts.filter(({ type }) => type === 'text').length).toBeGreaterThan(3);
    expect(parts.map(({ delta }) => delta ?? '').join('')).toBe('hello world from a tiny local model.');
    expect(answer).toMatchObject({ content: 'hello world from a tiny local model.', finishReason: 'stop', model: 'scripted', usage: { promptTokens: 1, completionTokens: 9 } });
  });

  it('stop at maxTokens and at stop texts, which are not shown', async () => {
    expect(await model.complete(user('hi?'), { maxTokens: 3 })).toMatchObject({ content: 'hello world from', finishReason: 'length' });
    expect(await model.complete(user('hi?'), { stop: ['tiny', 'local'] })).toMatchObject({ content: 'hello world from a ', finishReason: 'stop' });
    expect(await model.complete(user('hi?'), { stop: 'nothing like it' })).toMatchObject({ content: 'hello world from a tiny local model.' });
  });

  it('use up what is left of the context and no more', async () => {
    const answer = await model.complete(user('loop?'));
    expect(answer).toMatchObject({ finishReason: 'length', usage: { totalTokens: 128 } });
  });

  it('sample when there is a temperature', async () => {
    // The script is likely, not certain: a high temperature leaves it.
    const answers = new Set<string>();
    for (let i = 0; i < 4; i++) answers.add((await model.complete(user('hi?'), { temperature: 50, maxTokens: 8 })).content ?? '');
    expect(answers.size).toBeGreaterThan(1);
    expect((await model.complete(user('hi?'), { temperature: 0.01 })).content).toBe('hello world from a tiny local model.');
  });

  it('show thoughts apart from the answer', async () => {
    const stream = await model.inferStream(user('think?'));
    const chunks = [];
    for (let chunk = await stream.next(); chunk !== null; chunk = await stream.next()) chunks.push(chunk);
    expect(chunks.map(({ reasoningDelta }) => reasoningDelta ?? '').join('').trim()).toBe('two and more');
    expect(chunks.map(({ delta }) => delta ?? '').join('')).toBe('Four.');
    expect(chunks.at(-1)?.finishReason).toBe('stop');
    expect(await stream.next()).toBeNull();
  });

  it('answer the messages and the loop of the reference as they are written', async () => {
    const messages = [ChatMessageInput.fromText(ChatRole.System, 'You are helpful.'), ChatMessageInput.fromText(ChatRole.User, 'hi?')];
    const stream: InferenceChunkStream = await model.inferStream(messages);
    let written = '';
    let ended: string | undefined;
    for (let chunk = await stream.next(); chunk !== null; chunk = await stream.next()) {
      written += chunk.delta ?? '';
      if (chunk.finishReason) ended = chunk.finishReason;
    }
    expect([written, ended]).toEqual(['hello world from a tiny local model.', 'stop']);
  });

  it('carry calls of tools in the typed stream of the reference', async () => {
    const chunks = [];
    for await (const chunk of await model.inferStream(user('weather?'), { tools: [{ name: 'weather' }] })) chunks.push(chunk);
    expect(chunks.flatMap(({ toolCalls }) => toolCalls)).toMatchObject([{ name: 'weather', arguments: { city: 'Rome' } }]);
    expect(chunks.at(-1)?.finishReason).toBe('tool_calls');
  });
});

describe('what goes wrong is typed, and harms nothing after it', () => {
  const answersAgain = async (): Promise<void> => expect((await model.complete(user('hi?'))).content).toBe('hello world from a tiny local model.');

  it('a conversation longer than the context', async () => {
    expect(await problem(model.complete(user('hi? '.repeat(200))))).toBe('bad-input');
    expect(await problem(model.complete(user('  ')))).toBe('bad-input');
    await answersAgain();
  });

  it('pictures, tools of a provider, tools for a template that knows none', async () => {
    await expect(model.complete([{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'http://127.0.0.1/x.png' } }] }])).rejects.toBeInstanceOf(UnsupportedError);
    await expect(model.complete(user('hi?'), { tools: [{ type: 'provider', definition: {} }] })).rejects.toBeInstanceOf(ValidationError);
    const plain = await load('plain');
    await expect(plain.complete(user('weather?'), { tools: [{ name: 'weather' }] })).rejects.toBeInstanceOf(UnsupportedError);
    expect((await plain.complete(user('hi?'))).content).toBe('hello world from a tiny local model.');
    await plain.dispose();
    await answersAgain();
  });

  it('an aborted request ends at once, keeps what came, and frees the model', async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const stream = model.stream(user('loop?'), (part) => {
      if (part.type === 'text' && seen.push(part.delta) === 3) controller.abort(new Error('enough'));
    }, { signal: controller.signal });
    const error = await Promise.resolve(stream).catch((thrown: unknown) => thrown as AbortedError);
    expect(error).toBeInstanceOf(AbortedError);
    expect((error as AbortedError).cause).toMatchObject({ message: 'enough' });
    expect(seen.length).toBeLessThan(10);
    await expect(model.complete(user('hi?'), { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortedError);
    await answersAgain();
  });

  it('requests wait for their turn, and one that gives up waiting is skipped', async () => {
    const controller = new AbortController();
    const long = model.complete(user('loop?'));
    const waiting = model.complete(user('loop?'), { signal: controller.signal });
    const last = model.complete(user('hi?'));
    controller.abort();
    await expect(waiting).rejects.toBeInstanceOf(AbortedError);
    expect((await long).finishReason).toBe('length');
    expect((await last).content).toBe('hello world from a tiny local model.');
  });

  it('a reader that leaves stops the model', async () => {
    for await (const part of model.stream(user('loop?'))) if (part.type === 'text') break;
    await answersAgain();
  });

  it('a request may have a time limit, which counts while another has its turn', async () => {
    const waiting = Promise.all([model.complete(user('hi?')), model.complete(user('hi?'), { timeouts: { totalMs: 1 } })]);
    await expect(waiting).rejects.toBeInstanceOf(TimeoutError);
    await answersAgain();
  });

  it('an interrupted answer keeps what it has', async () => {
    let words = 0;
    const answer = await model.stream(user('loop?'), (part) => { if (part.type === 'text' && ++words === 4) model.interrupt(); });
    expect(answer).toMatchObject({ finishReason: 'other', rawFinishReason: 'interrupted' });
    expect(answer.content).toMatch(/^la la la/);
    await answersAgain();
  });

  it('a run that fails inside the runtime', async () => {
    // The configuration promises more tokens than the table has: the runtime itself finds out.
    writeFiles(join(folder, 'broken'), withOutside(1000));
    const broken = await load('broken');
    for (let i = 0; i < 2; i++) expect(await problem(broken.complete(user('outside')))).toBe('failed');
    expect((await broken.complete(user('hi?'))).content).toBe('hello world from a tiny local model.');
    await answersAgain();
    await broken.dispose();
  });

  it('a model that is not there, is damaged, or is for another tokenizer', async () => {
    expect(await problem(load('missing'))).toBe('not-found');
    writeFiles(join(folder, 'damaged'), scriptedDecoderFiles());
    await writeFile(join(folder, 'damaged/onnx/model.onnx'), 'not a model');
    expect(await problem(load('damaged'))).toBe('corrupt');
    writeFiles(join(folder, 'mixed'), withOutside());
    const mixed = await load('mixed');
    expect(await problem(mixed.complete(user('outside')))).toBe('corrupt');
    await mixed.dispose();
    await answersAgain();
  });

  it('a package that is not installed', async () => {
    const lib = (): Promise<TransformersChatLib> => Promise.reject(new Error('Cannot find module'));
    expect(await problem(transformersChat({ model: 'scripted', modelPath: folder, lib }).load())).toBe('not-installed');
  });

  it('a load that is given up leaves nothing behind', async () => {
    const controller = new AbortController();
    const loading = transformersChat({ model: 'scripted', modelPath: folder }).load({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(loading).rejects.toBeInstanceOf(AbortedError);
    const again = await load('scripted');
    expect((await again.complete(user('hi?'))).content).toBe('hello world from a tiny local model.');
    await again.dispose();
  });

  it('a model that was disposed of', async () => {
    const other = await load('scripted');
    const running = other.complete(user('loop?'));
    const refused = expect(running).rejects.toBeInstanceOf(AbortedError);
    await other.dispose();
    await other.unload();
    await refused;
    expect(await problem(other.complete(user('hi?')))).toBe('disposed');
    await answersAgain();
  });
});

it('a model without a chat template gets the texts', async () => {
  const bare = await load('bare');
  expect((await bare.complete(user('hi?'))).content).toBe('hello world from a tiny local model.');
  await bare.dispose();
});

describe('used like any other model', () => {
  const cities: unknown[] = [];
  const weather = defineTool('weather', z.object({ city: z.string() }), ({ city }) => {
    cities.push(city);
    return { sky: 'sunny' };
  });

  it('an agent calls its tools', async () => {
    const result = await runAgent(model, user('weather?'), [weather], { stream: true });
    expect(cities).toEqual(['Rome']);
    expect(result.content).toBe('It is sunny in Rome.');
  });

  it('the wrappers', async () => {
    const failing = fromJsHandler('hosted', () => Promise.reject(new LocalModelError('no', { problem: 'offline', fix: 'wait', retryable: true })));
    expect((await withFallback([failing, model]).complete(user('hi?'))).content).toContain('tiny local model');
    expect((await withRetry(model, 1).complete(user('hi?'))).content).toContain('tiny local model');
    const cached = withCache(model, 60);
    const first = await cached.complete(user('hi?'));
    expect((await cached.complete(user('hi?'))).content).toBe(first.content);
  });

  it('a step of a workflow', async () => {
    const workflow = new Workflow('chat').addStep('ask', ['blazen::StartEvent'], async (event) => (
      { type: 'blazen::StopEvent', result: (await model.complete(user(String(event['question'])))).content }
    ));
    expect((await workflow.run({ question: 'hi?' })).data).toBe('hello world from a tiny local model.');
  });

  it('extract, which sends back what does not fit', async () => {
    const city = z.object({ city: z.string(), people: z.number() });
    expect(await extract(model, city, user('json?'))).toMatchObject({ data: { city: 'Rome', people: 3 }, repairs: 0 });
    expect(await extract(model, city, user('wrong-json?'))).toMatchObject({ data: { city: 'Oslo', people: 1 }, repairs: 1 });
  });
});

it('a hundred calls, good, bad, aborted and parallel: no hang, no poison, every failure typed', async () => {
  const { failures, wrong } = await soak(model, 100, 7);
  expect(wrong).toEqual([]);
  expect(Object.keys(failures).sort()).toEqual(['AbortedError', 'bad-input', 'unsupported', 'validation']);
});
