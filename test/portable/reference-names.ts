// Every documented member of the reference's workflows, pipelines and state, in Node and in WebAssembly: it is there, or
// it stands below with the reason why not. What each does is shown by the suite named beside it.
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

/** Names of one class: its own and those of what it extends. `.name` is a static one. */
const documented: Readonly<Record<string, { readonly members: readonly string[]; readonly shownBy: string }>> = {
  Workflow: {
    members: [
      'addStep', 'setTimeout', 'run', 'runStreaming', 'runWithHandler', 'runHandler', 'resume', 'resumeFromSnapshot', 'resumeWithSerializableRefs',
      'setSessionPausePolicy', '.fromBuilder',
    ],
    shownBy: 'reference-examples, reference-guides',
  },
  WorkflowBuilder: { members: ['setSessionPausePolicy', 'build'], shownBy: 'reference-guides' },
  WorkflowHandler: {
    members: [
      'result', 'awaitResult', 'pause', 'snapshot', 'resumeInPlace', 'streamEvents', 'nextEvent', 'respondToInput', 'respondToInputTyped', 'abort', 'cancel', 'runId',
    ],
    shownBy: 'reference-examples, reference-guides',
  },
  WorkflowSnapshot: { members: ['toString', 'toJSON', 'toJsonPretty'], shownBy: 'workflow-snapshot' },
  BlazenState: { members: ['saveTo', '.loadFrom'], shownBy: 'reference-state' },
  CallbackFieldStore: { members: [], shownBy: 'reference-state' },
  PipelineBuilder: {
    members: ['stage', 'addStage', 'parallel', 'timeoutPerStage', 'onPersist', 'onPersistJson', 'build', '.fromSnapshot'], shownBy: 'pipeline',
  },
  Pipeline: { members: ['start', 'run', 'resume', '.resume'], shownBy: 'pipeline' },
  PipelineHandler: { members: ['result', 'pause', 'snapshot', 'resumeInPlace', 'streamEvents', 'abort'], shownBy: 'pipeline' },
  PipelineSnapshot: { members: ['runId', 'toJsonPretty', '.fromJson'], shownBy: 'pipeline' },
  Stage: { members: [], shownBy: 'pipeline' },
  ParallelStage: { members: [], shownBy: 'pipeline' },
};

const context: Readonly<Record<string, readonly string[]>> = {
  context: [
    'set', 'get', 'setBytes', 'getBytes', 'runId', 'sendEvent', 'writeEventToStream', 'workflowName', 'state', 'session', 'insertSessionRefSerializable', 'getSessionRefSerializable',
  ],
  state: ['set', 'get', 'setBytes', 'getBytes'],
  session: ['set', 'get', 'has', 'remove'],
};

/** Documented, and not here: why. The same lines stand in docs/guides/migrating.md. */
const absent: Readonly<Record<string, string>> = {
  'default export (init)': 'there is no WebAssembly module to load: remove the call',
  'Context as a value': 'it is a type: import type { Context }',
};

const suite: Suite<Lib> = (t, { root }) => {
  const everything = root as unknown as Record<string, { readonly prototype?: object } | undefined>;

  for (const [name, { members, shownBy }] of Object.entries(documented)) {
    t.test(`${name} has every documented member (shown by ${shownBy})`, () => {
      const found = everything[name];
      t.equal(typeof found, 'function');
      const missing = members.filter((member) => !(member.startsWith('.') ? member.slice(1) in (found as object) : member in (found?.prototype ?? {})));
      t.deepEqual(missing, []);
    });
  }

  t.test('the context and its two namespaces have every documented member', async () => {
    const wf = new root.Workflow('members').addStep('s', ['blazen::StartEvent'], (_event, ctx) => {
      const missing = Object.entries(context).flatMap(([of, names]) => {
        const object = (of === 'context' ? ctx : ctx[of as 'state' | 'session']) as object;
        return names.filter((name) => !(name in object)).map((name) => `${of}.${name}`);
      });
      return { type: 'blazen::StopEvent', result: [missing, ctx.workflowName] };
    });
    t.deepEqual((await wf.run({})).data, [[], 'members']);
  });

  t.test('an event has its fields flat and again as data, its type under three names, and JSON has them once', async () => {
    const wf = new root.Workflow('event').addStep('s', ['blazen::StartEvent'], (event) => {
      const { type, event_type: snake, eventType: camel, data } = event as unknown as Record<string, unknown>;
      return { type: 'blazen::StopEvent', result: [type, snake, camel, data, event['n'], JSON.stringify(event)] };
    });
    const start = 'blazen::StartEvent';
    t.deepEqual((await wf.run({ n: 1 })).data, [start, start, start, { n: 1 }, 1, JSON.stringify({ n: 1, type: start })]);
  });

  t.test('constants and errors of the documented programs are there', () => {
    t.deepEqual(Object.keys(root.JoinStrategy).sort(), ['FirstCompletes', 'WaitAll']);
    for (const name of ['BlazenError', 'PersistError', 'TimeoutError', 'ValidationError', 'UnsupportedError', 'WorkflowError', 'enrichError', 'version', 'defineEvent']) {
      t.equal(typeof everything[name], 'function', name);
    }
  });

  t.test('what is not here is still not here', () => {
    t.equal(Object.keys(absent).length, 2);
    t.equal('default' in root, false);
    t.equal('Context' in root, false);
  });
};

export default suite;
