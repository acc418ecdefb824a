import { fakePromptApi } from '../helpers/fake-prompt-api.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const user = (content: string) => [{ role: 'user' as const, content }];

// The model is a fake of the documented interface, put where browsers have theirs: globalThis.LanguageModel.
const suite: Suite<Lib> = (t, { chat, agent, models, root }) => {
  const problem = (promise: PromiseLike<unknown>): Promise<string> => Promise.resolve(promise).then(() => 'none', (error: unknown) => {
    if (error instanceof root.LocalModelError) return error.problem;
    return error instanceof root.AbortedError ? 'aborted' : String(error);
  });
  const withFake = async (work: (fake: ReturnType<typeof fakePromptApi>) => Promise<void>): Promise<void> => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'LanguageModel');
    const fake = fakePromptApi();
    Object.defineProperty(globalThis, 'LanguageModel', { value: fake, configurable: true, writable: true });
    try {
      await work(fake);
    } finally {
      if (before) Object.defineProperty(globalThis, 'LanguageModel', before);
      else Reflect.deleteProperty(globalThis, 'LanguageModel');
    }
  };

  t.test('transformers.js: the probe knows where WebAssembly may not be compiled', async () => {
    const found = await chat.transformersChat({ model: 'x', modelPath: '/' }).probe();
    const inWorkers = (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === 'Cloudflare-Workers';
    t.equal(found.ok ? 'ok' : found.problem, inWorkers ? 'wasm-forbidden' : 'ok');
  });

  t.test('Prompt API: the probe asks for the languages that are expected', () => withFake(async (fake) => {
    const backend = chat.promptApi({ expectedInputs: [{ type: 'text', languages: ['en'] }] });
    t.deepEqual(await backend.probe(), { ok: true });
    fake.availableNow = 'unavailable';
    const found = await backend.probe();
    t.equal(found.ok ? 'ok' : found.problem, 'unavailable');
    t.equal(await problem(backend.load()), 'unavailable');
    t.equal(fake.created.length, 0);
  }));

  t.test('Prompt API: loading tells its progress and keeps one session', () => withFake(async (fake) => {
    const seen: number[] = [];
    const expectedOutputs = [{ type: 'text', languages: ['en'] }] as const;
    const model = await chat.promptApi({ expectedOutputs }).load({ onProgress: ({ loaded, total }) => seen.push(loaded, total ?? -1) });
    t.deepEqual(seen, [0, 1, 0.5, 1, 1, 1]);
    t.deepEqual(fake.created[0]?.expectedOutputs, expectedOutputs);
    t.equal(fake.open, 1);
    await model.dispose();
    t.equal(fake.open, 0);
    t.equal(await problem(model.complete(user('hi'))), 'disposed');
  }));

  t.test('Prompt API: a load can be given up, and its failures are typed', () => withFake(async (fake) => {
    fake.holdCreate = true;
    const controller = new AbortController();
    t.equal(await problem(chat.promptApi().load({ signal: controller.signal, onProgress: () => controller.abort() })), 'aborted');
    fake.holdCreate = false;
    for (const [name, expected] of [['NotAllowedError', 'unavailable'], ['NotSupportedError', 'unsupported'], ['NetworkError', 'offline'], ['OperationError', 'failed']] as const) {
      fake.failCreate = new DOMException('no', name);
      t.equal(await problem(chat.promptApi().load()), expected);
    }
    t.equal(fake.open, 0);
  }));

  t.test('Prompt API: each request has a session of its own, made of its messages', () => withFake(async (fake) => {
    const model = await chat.promptApi().load();
    const answer = await model.complete([
      { role: 'system', content: 'Be kind.' }, { role: 'user', content: 'a b' }, { role: 'assistant', content: 'c' }, { role: 'user', content: 'd e f' },
    ]);
    t.equal(answer.content, 'Hello there');
    t.deepEqual(fake.prompts[0]?.history, [{ role: 'system', content: 'Be kind.' }, { role: 'user', content: 'a b' }, { role: 'assistant', content: 'c' }]);
    t.equal(fake.prompts[0]?.input, 'd e f');
    t.deepEqual([answer.usage?.promptTokens, answer.usage?.completionTokens], [8, 2]);
    t.equal(answer.finishReason, 'stop');
    t.equal(fake.open, 1);
    // Nothing said before: a clone of the session that is there.
    await model.complete(user('hi'));
    t.equal(fake.created.length, 2);
    await model.complete(user('hi'), { temperature: 0.2 });
    t.deepEqual([fake.created[2]?.temperature, fake.created[2]?.topK], [0.2, 3]);
    t.equal(await problem(model.complete([{ role: 'assistant', content: 'x' }])), 'bad-input');
    t.equal(fake.open, 1);
  }));

  t.test('Prompt API: answers stream, stop and abort', () => withFake(async (fake) => {
    fake.answers = [['one', ' two', ' three', ' four']];
    const model = await chat.promptApi().load();
    const deltas: string[] = [];
    for await (const part of model.stream(user('hi'))) if (part.delta) deltas.push(part.delta);
    t.deepEqual(deltas, ['one', ' two', ' three', ' four']);
    t.equal((await model.complete(user('hi'), { stop: ' three' })).content, 'one two');
    const controller = new AbortController();
    t.equal(await problem(model.stream(user('hi'), (part) => { if (part.type === 'text') controller.abort(); }, { signal: controller.signal })), 'aborted');
    t.equal((await model.complete(user('hi'))).content, 'one two three four');
    t.equal(fake.open, 1);
  }));

  t.test('Prompt API: a conversation that does not fit is an error, not a shorter one', () => withFake(async (fake) => {
    fake.context = 5;
    const model = await chat.promptApi().load();
    t.equal(await problem(model.complete([{ role: 'user', content: 'a b c' }, { role: 'assistant', content: 'd' }, { role: 'user', content: 'e f g' }])), 'bad-input');
    const error = await model.complete(user('a b c d e f g')).catch((thrown: unknown) => thrown as Error);
    t.ok(error instanceof root.LocalModelError && error.message.includes('7 of at most 5 tokens'));
    t.equal((await model.complete(user('hi'))).content, 'Hello there');
    fake.failPrompt = new DOMException('gone', 'InvalidStateError');
    t.equal(await problem(model.complete(user('hi'))), 'device-lost');
  }));

  t.test('Prompt API: schemas and tools are held by responseConstraint', () => withFake(async (fake) => {
    fake.answers = [['{"n":', '3}'], ['{"tool_calls":[{"name":"now","arguments":{}}]}'], ['{"answer":"It is ', 'late."}']];
    const model = await chat.promptApi().load();
    const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    t.deepEqual((await models.extract(model, schema, user('n?'))).data, { n: 3 });
    t.deepEqual(fake.prompts[0]?.options.responseConstraint, schema);
    const now = agent.defineTool('now', { type: 'object', properties: {} }, () => 'late');
    const result = await agent.runAgent(model, user('What time is it?'), [now]);
    t.equal(result.content, 'It is late.');
    t.equal(fake.prompts[2]?.input, 'Result of now: late');
  }));
};

export default suite;
