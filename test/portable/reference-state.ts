// State objects and session values that travel, as the documents of the reference show them, written anew.
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const ANSWER = 'blazen::InputResponseEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });
const ask = { type: 'blazen::InputRequestEvent', request_id: 'go', prompt: 'Go on?' };

/** The connections that `reconnect` has opened. */
const opened: string[] = [];

/** As in the guide of the reference: no base class, marked by a property, rebuilt by a named method. */
class SessionState {
  static meta = { transient: ['conn'], storeBy: {}, restore: 'reconnect' };
  url = '';
  token = '';
  conn: string | null = null;
  requestCount = 0;
  reconnect(): void {
    if (this.url && this.token) opened.push(this.conn = `${this.url}#${this.token}`);
  }
}

const mark = <T extends object>(object: T): T & { __blazen_state__: unknown } => Object.assign(object, { __blazen_state__: true });

const suite: Suite<Lib> = (t, { root, workflow, durable }) => {
  const { BlazenState, CallbackFieldStore, Workflow } = root;

  class AgentState extends BlazenState {
    static override meta = {
      transient: ['scratchpad'],
      storeBy: {
        embeddings: new CallbackFieldStore({
          saveFn: async (key, value, ctx) => { await Promise.resolve(); ctx.setBytes(key, new TextEncoder().encode(JSON.stringify(value))); },
          loadFn: async (key, ctx) => { await Promise.resolve(); const bytes = ctx.getBytes(key); return bytes ? JSON.parse(new TextDecoder().decode(bytes)) as unknown : null; },
        }),
      },
    };
    conversationHistory: string[] = [];
    embeddings: number[][] = [];
    scratchpad = new Map<string, unknown>();
    retryCount = 0;
    override restore(): void { this.scratchpad = new Map([['restored', this.retryCount]]); }
  }

  t.test('Node guide: saveTo and loadFrom keep a class field by field, with a store for one of them, without the transient one', async () => {
    const build = () => new Workflow('agent')
      .addStep('init', [START], async (_event, ctx) => {
        const state = new AgentState();
        state.conversationHistory.push('Hello');
        state.embeddings = [[0.5, 1]];
        state.scratchpad.set('lost', true);
        state.retryCount = 1;
        await state.saveTo(ctx, 'state');
        return ask;
      })
      .addStep('process', [ANSWER], async (_event, ctx) => {
        const state = await AgentState.loadFrom(ctx, 'state');
        const seen = [state instanceof AgentState, [...state.conversationHistory], state.embeddings, state.retryCount, [...state.scratchpad]];
        state.conversationHistory.push('World');
        await state.saveTo(ctx, 'state');
        return stop([...seen, state.conversationHistory, ctx.get('state.conversationHistory'), ctx.getBytes('state.embeddings') instanceof Uint8Array, ctx.get('state.scratchpad')]);
      });
    const handler = await build().runWithHandler({});
    await handler.resting();
    const snapshot = String(await handler.snapshot());
    t.ok(!snapshot.includes('lost'), 'the transient field is not in a snapshot');
    const expected = [true, ['Hello'], [[0.5, 1]], 1, [['restored', 1]], ['Hello', 'World'], ['Hello', 'World'], true, null];
    for (const run of [handler, await build().resume(snapshot)]) {
      await run.resting();
      run.respondToInput('go', null);
      t.deepEqual((await run.result()).data, expected);
    }
    const missing = new Workflow('missing').addStep('s', [START], async (_event, ctx) => stop(await AgentState.loadFrom(ctx, 'none')));
    await t.rejects(missing.run({}), /no state object is kept under this key/);
  });

  t.test('a base class works on the small engine too, through saveTo and loadFrom', async () => {
    const wf = new workflow.Workflow('small')
      .addStep('init', [START], async (_event, ctx) => { const state = new AgentState(); state.retryCount = 3; await state.saveTo(ctx, 'state'); return { type: 'Next' }; })
      .addStep('next', ['Next'], async (_event, ctx) => stop((await AgentState.loadFrom(ctx, 'state')).scratchpad.get('restored')));
    t.equal((await wf.run({})).data, 3);
  });

  t.test('WASM guide: a marked object is taken apart by set and put together by get, its method called', async () => {
    const wf = new Workflow('session')
      .addStep('init', [START], async (event, ctx) => {
        const state = mark(new SessionState());
        state.url = event['url'] as string;
        state.token = event['token'] as string;
        ctx.set('session', state);
        return { type: 'ProcessEvent' };
      })
      .addStep('process', ['ProcessEvent'], async (_event, ctx) => {
        const state = ctx.get('session') as SessionState & { __blazen_state__: unknown };
        const fields = ['url', 'token', 'conn', 'requestCount'].map((field) => ctx.get(`session.${field}`));
        return stop([state instanceof SessionState, state.url, state.conn, state.requestCount, state.__blazen_state__, fields, Object.keys(ctx.get('session.__blazen_meta__') as object).sort()]);
      });
    opened.length = 0;
    t.deepEqual((await wf.run({ url: 'db://x', token: 't' })).data, [true, 'db://x', 'db://x#t', 0, true, ['db://x', 't', null, 0], ['className', 'fields', 'restore', 'transient']]);
    t.deepEqual(opened, ['db://x#t']);
  });

  const parked = () => new Workflow('parked')
    .addStep('init', [START], (_event, ctx) => { ctx.set('session', Object.assign(mark(new SessionState()), { url: 'db://y', token: 'u', requestCount: 2 })); return ask; })
    .addStep('use', [ANSWER], (_event, ctx) => { const state = ctx.get('session') as SessionState; return stop([state.conn, state.requestCount]); });

  t.test('after a resume in another process the class is found when the workflow names it; otherwise the error says so', async () => {
    const handler = await parked().runWithHandler({});
    await handler.resting();
    const snapshot = await handler.snapshot();
    const resumed = await parked().registerStates(SessionState).resume(snapshot);
    await resumed.resting();
    resumed.respondToInput('go', 1);
    t.deepEqual((await resumed.result()).data, ['db://y#u', 2]);
    const unnamed = await parked().resume(snapshot);
    await unnamed.resting();
    unnamed.respondToInput('go', 1);
    await t.rejects(unnamed.result(), /its class 'SessionState' is not known here\. Name it with workflow\.registerStates\(SessionState\)/);
    const moved = await parked().registerStates(SessionState).resume(await root.fromReference(JSON.stringify(root.toReference(snapshot))));
    await moved.resting();
    moved.respondToInput('go', 1);
    t.deepEqual((await moved.result()).data, ['db://y#u', 2]);
  });

  t.test('a host that stores every change keeps state objects too, for the host that goes on after it', async () => {
    const store = new durable.InMemoryCheckpointStore();
    const monday = parked();
    const first = durable.createLocalHost({ store, workflows: [monday] });
    const runId = await first.start(monday, {});
    await first.close();
    const second = durable.createLocalHost({ store, workflows: [parked().registerStates(SessionState)] });
    await second.recover();
    await second.deliver(runId, 'go', true);
    t.deepEqual(await second.result(runId), ['db://y#u', 2]);
    await second.close();
  });

  t.test('a state object that another implementation kept is put together here', async () => {
    const written = {
      version: 1, workflow_name: 'parked', run_id: '0b7c9a6e-52a1-4c7e-9c3e-7b0f3a5d1e11', timestamp: '2026-05-01T10:00:00Z', collected_events: {}, history: [],
      context_state: {
        'session.url': { Json: 'db://z' }, 'session.token': { Json: 'w' }, 'session.requestCount': { Json: 9 },
        'session.__blazen_meta__': { Json: { fields: ['url', 'token', 'requestCount'], className: 'SessionState', transient: ['conn'], restore: 'reconnect' } },
      },
      pending_events: [], metadata: { __input_request: { request_id: 'go', prompt: 'Go on?', metadata: null } },
    };
    const handler = await parked().registerStates(SessionState).resume(await root.fromReference(written));
    await handler.resting();
    handler.respondToInput('go', 1);
    t.deepEqual((await handler.result()).data, ['db://z#w', 9]);
  });

  t.test('a marked plain object needs no class', async () => {
    const wf = new Workflow('plain')
      .addStep('init', [START], (_event, ctx) => { ctx.set('s', mark({ a: 1, b: ['x'], c: new Uint8Array([7]) })); return { type: 'Next' }; })
      .addStep('next', ['Next'], (_event, ctx) => stop([ctx.get('s'), ctx.state.get('s.b'), ctx.getBytes('s.c')]));
    t.deepEqual((await wf.run({})).data, [{ __blazen_state__: true, a: 1, b: ['x'], c: new Uint8Array([7]) }, ['x'], new Uint8Array([7])]);
  });

  t.test('WASM guide: a field store that answers at once is used by set and get, one that does not is refused', async () => {
    const cache = new Map<string, string>();
    class AppState {
      static meta: { storeBy: Record<string, InstanceType<typeof CallbackFieldStore>> } = {
        storeBy: {
          preferences: new CallbackFieldStore({
            saveFn: (key, value) => { cache.set(key, JSON.stringify(value)); }, loadFn: (key) => JSON.parse(cache.get(key) ?? 'null') as unknown,
          }),
        },
      };
      preferences: Record<string, unknown> = {};
      activeTab = 'home';
    }
    const wf = new Workflow('app')
      .addStep('init', [START], (_event, ctx) => { ctx.set('app', Object.assign(mark(new AppState()), { preferences: { dark: true } })); return { type: 'Next' }; })
      .addStep('next', ['Next'], (_event, ctx) => { const app = ctx.get('app') as AppState; return stop([app.preferences, app.activeTab, ctx.get('app.preferences')]); });
    t.deepEqual((await wf.run({})).data, [{ dark: true }, 'home', null]);
    t.deepEqual([...cache], [['app.preferences', '{"dark":true}']]);
    const late = new Workflow('late').addStep('s', [START], (_event, ctx) => { ctx.set('a', new AgentState()); return null; });
    await t.rejects(late.run({}), /'a': a field store is asynchronous\. Use saveTo/);
  });

  t.test('fields are copies, unchanged ones are not written again, and removed ones go', async () => {
    const list: string[] = [];
    const wf = new Workflow('fields')
      .addStep('init', [START], (_event, ctx) => { ctx.set('s', mark({ items: ['a'], other: 1, old: true })); return [{ type: 'Both', i: 1 }, { type: 'Both', i: 2 }]; })
      .addStep('both', ['Both'], async (event, ctx) => {
        // Both begin on the same state.
        await Promise.resolve();
        const state = ctx.get('s') as { __blazen_state__: unknown; items: string[]; other: number; old?: boolean };
        if (event['i'] === 1) state.items.push('b');
        else state.other = 2;
        delete state.old;
        ctx.set('s', state);
        state.items.push('not kept');
        return { type: 'Done' };
      })
      .addStep('done', ['Done'], (_event, ctx) => stop([ctx.get('s'), ctx.get('s.old')]), root.collect(2));
    const handler = await wf.runWithHandler({});
    t.deepEqual((await handler.result()).data, [{ __blazen_state__: true, items: ['a', 'b'], other: 2 }, null]);
    for (const { statePatch = [] } of root.readLog(handler)) list.push(...statePatch.map(([key]) => key));
    t.deepEqual(['s.items', 's.other', 's.old'].map((field) => list.filter((key) => key === field).length), [2, 2, 3]);
  });

  t.test('an object lies in another, a plain value takes its place, and what cannot be stored is named', async () => {
    const inner = mark(Object.assign(new SessionState(), { url: 'u', token: 'v' }));
    const wf = new Workflow('nested')
      .addStep('init', [START], (_event, ctx) => { ctx.set('outer', mark({ inner, n: 1 })); ctx.set('gone', mark({ x: 1 })); ctx.set('gone', 5); return { type: 'Next' }; })
      .addStep('next', ['Next'], (_event, ctx) => { const outer = ctx.get('outer') as { inner: SessionState }; return stop([outer.inner instanceof SessionState, outer.inner.conn, ctx.get('gone')]); });
    t.deepEqual((await wf.run({})).data, [true, 'u#v', 5]);
    const bad = new Workflow('bad').addStep('s', [START], (_event, ctx) => { ctx.set('s', mark({ run: () => 1 })); return null; });
    await t.rejects(bad.run({}), /'s\.run': it is a function/);
  });

  t.test('what a snapshot says about a class reaches neither its prototype nor another of its methods', async () => {
    const build = () => new Workflow('hostile').registerStates(SessionState)
      .addStep('init', [START], (_event, ctx) => { ctx.set('session', mark(new SessionState())); return ask; })
      .addStep('use', [ANSWER], (_event, ctx) => { const state = ctx.get('session') as SessionState; return stop([state instanceof SessionState, state.url]); });
    const handler = await build().runWithHandler({}, { runId: '0b7c9a6e-52a1-4c7e-9c3e-7b0f3a5d1e11' });
    await handler.resting();
    const reference = root.toReference(await handler.snapshot());
    const meta = { Json: { className: 'SessionState', fields: ['__proto__', 'constructor', 'url'], transient: [], restore: 'toString' } };
    const resumed = await build().resume(await root.fromReference({ ...reference, context_state: { ...reference.context_state, 'session.__blazen_meta__': meta } }));
    await resumed.resting();
    resumed.respondToInput('go', 1);
    t.deepEqual((await resumed.result()).data, [true, '']);
  });

  t.test('a value inserted into the session travels as bytes, and again after a second resume', async () => {
    const build = () => new Workflow('refs')
      .addStep('init', [START], (_event, ctx) => {
        const key = ctx.insertSessionRefSerializable('app::EmbeddingHandle', new TextEncoder().encode(JSON.stringify({ id: 42 })));
        ctx.state.set('embedding_key', key);
        ctx.session.set('plain', 1);
        return ask;
      })
      .addStep('use', [ANSWER], (_event, ctx) => {
        const stored = ctx.getSessionRefSerializable(ctx.state.get('embedding_key') as string);
        const none = [ctx.getSessionRefSerializable('missing'), ctx.getSessionRefSerializable('plain')];
        return stop([stored?.typeName, stored && JSON.parse(new TextDecoder().decode(stored.bytes)), ctx.session.get(ctx.state.get('embedding_key') as string) !== null, ctx.workflowName, ...none]);
      })
      .setSessionPausePolicy('PickleOrSerialize');
    const rehydrated: string[] = [];
    const deserializers = { 'app::EmbeddingHandle': (bytes: Uint8Array) => { rehydrated.push(new TextDecoder().decode(bytes)); return { live: true }; } };
    const handler = await build().runWithHandler({});
    await handler.resting();
    const once = await build().resumeWithSerializableRefs(await handler.snapshot(), deserializers);
    await once.resting();
    const twice = await build().resumeWithSerializableRefs(await once.snapshot(), deserializers);
    await twice.resting();
    t.deepEqual(rehydrated, ['{"id":42}', '{"id":42}']);
    const never = await build().resumeFromSnapshot(await twice.snapshot());
    for (const run of [handler, once, twice, never]) {
      await run.resting();
      run.respondToInput('go', 1);
      t.deepEqual((await run.result()).data, ['app::EmbeddingHandle', { id: 42 }, true, 'refs', null, null]);
    }
  });

  t.test('a session that is never emptied is told at 10,000 values', async () => {
    const wf = new Workflow('full').addStep('s', [START], (_event, ctx) => {
      for (let i = 0; i < 10_000; i++) ctx.session.set(`${i}`, i);
      ctx.insertSessionRefSerializable('x', new Uint8Array());
      return null;
    });
    await t.rejects(wf.run({}), /there are 10000/);
  });
};

export default suite;
