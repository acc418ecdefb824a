import type { ChatModelSpec, CompletionRequest, CompletionResult, ModelDecision, StreamPart } from '../../src/spec/index.ts';
import type { LoadedModel, LocalBackend, Probe } from '../../src/local/index.ts';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { root, local, agent }) => {
  const { AbortedError, LocalModelError, NetworkError, AuthError } = root;

  /** Answers with its name and the number of messages; throws what is in `errors`, first come first. */
  class Model implements ChatModelSpec {
    readonly provider = 'test';
    readonly modelId: string;
    readonly errors: (Error | 'midway')[] = [];
    asked: CompletionRequest[] = [];

    constructor(modelId: string) {
      this.modelId = modelId;
    }

    async doComplete(request: CompletionRequest): Promise<CompletionResult> {
      let content = '';
      for await (const part of this.doStream(request)) content += part.delta ?? '';
      return { content, toolCalls: [], model: this.modelId, finishReason: 'stop', sources: [], images: [], audio: [], videos: [], metadata: {}, message: { role: 'assistant', content } };
    }

    async *doStream(request: CompletionRequest): AsyncGenerator<StreamPart, void, undefined> {
      this.asked.push(request);
      await Promise.resolve();
      const error = this.errors.shift();
      yield { type: 'start', model: this.modelId, toolCalls: [] };
      if (error instanceof Error) throw error;
      yield { type: 'text', delta: this.modelId, toolCalls: [] };
      if (error === 'midway') throw lost();
      yield { type: 'text', delta: ` ${request.messages.length}`, toolCalls: [] };
      yield { type: 'finish', finishReason: 'stop', toolCalls: [] };
    }
  }

  const lost = (): Error => new LocalModelError('The GPU went away', { problem: 'device-lost', fix: 'Load it again' });

  /** A backend over a Model. */
  class Backend implements LocalBackend<ChatModelSpec & LoadedModel> {
    readonly name: string;
    readonly vramBytes = 7;
    readonly model: Model;
    answer: Probe = { ok: true };
    loadError: Error | null = null;
    loads = 0;
    disposed = 0;
    lose: () => void = () => undefined;

    constructor(name: string) {
      this.name = name;
      this.model = new Model(name);
    }

    probe(): Promise<Probe> { return Promise.resolve(this.answer); }

    load({ onProgress }: Parameters<LocalBackend['load']>[0] = {}): Promise<ChatModelSpec & LoadedModel> {
      this.loads++;
      onProgress?.({ file: this.name, loaded: 1, total: 1 });
      if (this.loadError !== null) return Promise.reject(this.loadError);
      const { model } = this;
      return Promise.resolve({
        provider: 'test', modelId: this.name, doComplete: (request: CompletionRequest) => model.doComplete(request), doStream: (request: CompletionRequest) => model.doStream(request),
        lost: new Promise<InstanceType<typeof LocalModelError>>((resolve) => { this.lose = () => resolve(lost() as InstanceType<typeof LocalModelError>); }),
        dispose: () => { this.disposed++; return Promise.resolve(); },
      });
    }
  }

  const hello = [{ role: 'user' as const, content: 'hello' }];
  const talk = [...hello, { role: 'assistant' as const, content: 'hi' }, { role: 'user' as const, content: 'how are you?' }];
  const names = (decisions: readonly ModelDecision[]): string[] => decisions.map(({ chosen }) => chosen);

  t.test('the first model that this device can run answers; why the others do not is said', async () => {
    const [gpu, wasm, hosted] = [new Backend('gpu'), new Backend('wasm'), new Model('hosted')];
    gpu.answer = { ok: false, problem: 'no-webgpu', reason: 'there is no GPU', fix: 'Use another browser' };
    const decisions: ModelDecision[] = [];
    const progress: string[] = [];
    const model = local.pickModel([gpu, wasm, hosted], { onDecision: (decision) => decisions.push(decision), onProgress: ({ file }) => progress.push(file) });
    t.equal(model.decision, null);
    t.equal((await model.complete(hello)).content, 'wasm 1');
    t.equal((await model.complete(talk)).content, 'wasm 3');
    const expected = { chosen: 'wasm', local: true, rejected: [{ name: 'gpu', problem: 'no-webgpu', reason: 'there is no GPU', fix: 'Use another browser' }] };
    t.deepEqual(model.decision, expected);
    t.deepEqual(decisions, [expected]);
    t.deepEqual([gpu.loads, wasm.loads, progress, hosted.asked.length], [0, 1, ['wasm'], 0]);
    t.deepEqual([await model.isLoaded(), await model.vramBytes()], [true, 7]);
    await model.unload();
    t.deepEqual([await model.isLoaded(), wasm.disposed, model.decision], [false, 1, null]);
    await model.load();
    t.deepEqual([await model.isLoaded(), wasm.loads], [true, 2]);
  });

  t.test('a stream begins with the decision, and its answer is the same', async () => {
    const backend = new Backend('wasm');
    const model = local.pickModel([backend, new Model('hosted')]);
    const parts: StreamPart[] = [];
    const { content, message } = await model.stream(talk, (part) => parts.push(part));
    t.equal(content, 'wasm 3');
    t.deepEqual(message.toMessage(), { role: 'assistant', content: 'wasm 3' });
    t.deepEqual(parts.map(({ type }) => type), ['decision', 'start', 'text', 'text', 'finish']);
    t.equal(parts[0]?.type === 'decision' && parts[0].decision.chosen, 'wasm');
  });

  t.test('a load that fails, and a device that is lost, send the same messages to the next one', async () => {
    const [first, second, hosted] = [new Backend('first'), new Backend('second'), new Model('hosted')];
    first.loadError = new LocalModelError('no weights', { problem: 'offline', fix: 'Connect' });
    second.model.errors.push(lost());
    const decisions: ModelDecision[] = [];
    const model = local.pickModel([first, second, hosted], { onDecision: (decision) => decisions.push(decision) });
    const types: string[] = [];
    t.equal((await model.stream(talk, ({ type }) => types.push(type))).content, 'hosted 3');
    // The beginning of the failed answer was never shown.
    t.deepEqual(types, ['decision', 'decision', 'start', 'text', 'text', 'finish']);
    t.deepEqual(names(decisions), ['second', 'test:hosted']);
    t.deepEqual(model.decision?.rejected.map(({ name, problem }) => `${name} ${problem}`), ['first offline', 'second device-lost']);
    t.equal(second.disposed, 1);
    t.deepEqual(hosted.asked[0]?.messages, talk);
    // The choice stays, until it fails too: then the device is looked at again.
    first.loadError = null;
    t.equal((await model.complete(talk)).content, 'hosted 3');
    hosted.errors.push(new NetworkError('offline'));
    t.equal((await model.complete(talk)).content, 'first 3');
  });

  t.test('an answer that breaks off is an error, and the next request chooses anew', async () => {
    const [backend, hosted] = [new Backend('wasm'), new Model('hosted')];
    backend.model.errors.push('midway');
    const model = local.pickModel([backend, hosted]);
    await t.rejects(async () => { await model.stream(hello); }, LocalModelError);
    t.equal(backend.disposed, 1);
    t.equal((await model.complete(hello)).content, 'wasm 1');
    t.equal(backend.loads, 2);
  });

  t.test('a device that goes away between two requests is noticed', async () => {
    const backend = new Backend('wasm');
    const model = local.pickModel([backend, new Model('hosted')]);
    await model.complete(hello);
    backend.lose();
    await Promise.resolve();
    await Promise.resolve();
    t.equal(model.decision, null);
    t.equal((await model.complete(hello)).content, 'wasm 1');
    t.deepEqual([backend.loads, backend.disposed], [2, 1]);
  });

  t.test('a wrong request, a refused key and an abort are not a reason to ask somebody else', async () => {
    const [backend, hosted] = [new Backend('wasm'), new Model('hosted')];
    const model = local.pickModel([backend, hosted]);
    backend.model.errors.push(new LocalModelError('too long', { problem: 'bad-input', fix: 'Say less' }));
    await t.rejects(model.complete(hello), /too long/);
    await t.rejects(model.complete(hello, { signal: AbortSignal.abort() }), AbortedError);
    t.equal(hosted.asked.length, 0);
    const keyed = local.pickModel([hosted, backend]);
    hosted.errors.push(new AuthError('wrong key'));
    await t.rejects(keyed.complete(hello), AuthError);
    t.equal(backend.loads, 1);
  });

  t.test('when nobody can answer, every reason is in the error; the last failure of an answer is thrown as it is', async () => {
    const backend = new Backend('gpu');
    backend.answer = { ok: false, problem: 'no-webgpu', reason: 'there is no GPU', fix: 'Use another browser' };
    const error = await t.rejects(local.pickModel([backend]).complete(hello), LocalModelError) as InstanceType<typeof LocalModelError>;
    t.equal(error.problem, 'unavailable');
    t.ok(error.message.includes("'gpu': there is no GPU"));
    t.equal(error.fix, 'Use another browser');
    const hosted = new Model('hosted');
    hosted.errors.push(new NetworkError('offline'));
    await t.rejects(local.pickModel([backend, hosted]).complete(hello), NetworkError);
    hosted.errors.push(new NetworkError('offline'));
    await t.rejects(local.pickModel([hosted]).complete(hello), NetworkError);
    t.throws(() => local.pickModel([]), root.ValidationError);
  });

  t.test('requests at the same time share one load, and agents use it unchanged', async () => {
    const backend = new Backend('wasm');
    const model = local.pickModel([backend, new Model('hosted')]);
    const answers = await Promise.all([1, 2, 3].map(() => model.complete(hello)));
    t.deepEqual([answers.map(({ content }) => content), backend.loads], [['wasm 1', 'wasm 1', 'wasm 1'], 1]);
    t.equal((await agent.runAgent(model, hello, [])).content, 'wasm 1');
    t.equal((await root.withRetry(model, 2).stream(hello)).content, 'wasm 1');
  });
};

export default suite;
