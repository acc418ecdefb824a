import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const START = 'blazen::StartEvent';
const stop = (result: unknown) => ({ type: 'blazen::StopEvent', result });

interface Sent { readonly id: number | null; readonly event: string; readonly data: Record<string, unknown> }

const suite: Suite<Lib> = (t, { root, durable, server, testing }) => {
  const { Workflow } = root;
  const { InMemoryCheckpointStore, createLocalHost } = durable;
  const { createRunHandler, runsClient } = server;
  const settle = async (): Promise<void> => { for (let i = 0; i < 400; i++) await Promise.resolve(); };

  const order = new Workflow('order')
    .addStep('reserve', [START], (event, context) => {
      context.set('item', event['item'] as string);
      context.writeEventToStream({ type: 'Reserved', item: event['item'] });
      return { type: 'blazen::InputRequestEvent', request_id: 'paid', prompt: 'Paid?' };
    })
    .addStep('ship', ['blazen::InputResponseEvent'], (event, context) => stop({ item: context.get('item'), paid: event['response'], on: new Date(0) }));
  const broken = new Workflow('broken').addStep('s', [START], () => { throw new Error('boom'); });
  const hidden = new Workflow('hidden').addStep('s', [START], () => stop(1));

  type Options = Partial<Parameters<typeof createRunHandler>[0]>;
  const serve = (options: Options = {}, store = new InMemoryCheckpointStore()) => {
    const host = createLocalHost({ store, workflows: [order, broken, hidden] });
    const handler = createRunHandler({ host, workflows: [order, broken], ...options });
    const fetch = (path: string, init?: RequestInit) => handler(new Request(`https://runs.test${path}`, init));
    const post = (path: string, body?: unknown, headers: Record<string, string> = {}) => fetch(path, {
      method: 'POST', ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    return { host, handler, fetch, post };
  };

  const json = async (response: Response) => JSON.parse(await response.text()) as Record<string, unknown> & { readonly error: Record<string, unknown> };

  /** The events of a stream that has ended. */
  const sentOf = (text: string): Sent[] => text.split('\n\n').filter((block) => block !== '' && block !== ':').map((block) => {
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const));
    return { id: fields.has('id') ? Number(fields.get('id')) : null, event: fields.get('event') ?? '', data: JSON.parse(fields.get('data') ?? 'null') as Record<string, unknown> };
  });

  t.test('a run is started, looked at, answered and read to its end', async () => {
    const { fetch, post } = serve();
    const started = await post('/runs', { workflow: 'order', input: { item: 'coat' }, runId: 'r 1' });
    t.equal(started.status, 201);
    t.equal(started.headers.get('location'), '/runs/r%201');
    t.deepEqual([(await post('/runs', { workflow: 'order', runId: 'r 1' })).status], [200]);
    await settle();
    const looked = await json(await fetch('/runs/r%201'));
    t.deepEqual([looked['runId'], looked['workflow'], looked['status']], ['r 1', 'order', 'waiting']);
    t.deepEqual(looked['requests'], [{ type: 'blazen::InputRequestEvent', request_id: 'paid', prompt: 'Paid?' }]);
    const early = await fetch('/runs/r%201/result');
    t.deepEqual([early.status, (await json(early))['status']], [202, 'waiting']);

    const events = await fetch('/runs/r%201/events');
    t.equal(events.headers.get('content-type'), 'text/event-stream');
    const reading = events.text();
    t.equal((await post('/runs/r%201/inputs/paid', { response: true })).status, 202);
    const sent = sentOf(await reading);
    t.deepEqual(sent.map(({ id, event, data }) => [id, event, (data['event'] as { type: string } | undefined)?.type]), [
      [1, '', 'Reserved'], [2, '', 'blazen::InputRequestEvent'], [3, '', 'blazen::InputResponseEvent'], [null, 'end', undefined],
    ]);
    const outcome = { runId: 'r 1', status: 'completed', result: { item: 'coat', paid: true, on: { $: 'd', v: 0 } } };
    t.deepEqual(sent.at(-1)?.data, outcome);
    const result = await fetch('/runs/r%201/result');
    t.deepEqual([result.status, await json(result)], [200, outcome]);
    const rest = await fetch('/runs/r%201/events?from=1', { headers: { 'last-event-id': '2' } });
    t.deepEqual(sentOf(await rest.text()), sent.slice(2));
    t.deepEqual(sentOf(await (await fetch('/runs/r%201/events?from=3')).text()), sent.slice(2));
    t.deepEqual(sentOf(await (await fetch('/runs/r%201/events?from=99')).text()), sent.slice(3));
  });

  t.test('a run that failed tells why, and not more', async () => {
    const { fetch, post } = serve();
    await post('/runs', { workflow: 'broken', runId: 'b' });
    const response = await fetch('/runs/b/result?wait=5');
    const { status, error } = await json(response);
    t.deepEqual([response.status, status, error['name'], error['code'], error['message']], [200, 'failed', 'StepError', 'workflow.step_failed', "Step 's' failed on blazen::StartEvent, attempt 1: boom"]);
    t.ok(!JSON.stringify(error).includes('stack') && !JSON.stringify(error).includes('cause'));
  });

  t.test('pause, resume and abort steer a run; a second abort is refused', async () => {
    const { fetch, post } = serve();
    await post('/runs', { workflow: 'order', runId: 'a' });
    await settle();
    const paused = await post('/runs/a/pause');
    t.deepEqual([paused.status, (await json(paused))['status']], [202, 'paused']);
    t.equal((await json(await fetch('/runs/a')))['status'], 'paused');
    await post('/runs/a/resume');
    await settle();
    t.equal((await json(await fetch('/runs/a')))['status'], 'waiting');
    t.equal((await json(await post('/runs/a/abort', { reason: 'not wanted' })))['status'], 'aborted');
    const again = await post('/runs/a/abort');
    const { status, error } = await json(again);
    t.deepEqual([again.status, again.headers.get('content-type'), status, error['name'], error['code'], error['status']], [409, 'application/problem+json', 409, 'RunEndedError', 'workflow.run_ended', 'aborted']);
    t.equal((await json(await fetch('/runs/a/result')))['status'], 'aborted');
  });

  t.test('an answer counts once, and only for a request that is open', async () => {
    const { post } = serve();
    await post('/runs', { workflow: 'order', runId: 'a' });
    await settle();
    const other = await post('/runs/a/inputs/other', { response: 1 });
    t.deepEqual([other.status, (await json(other)).error['code']], [409, 'workflow.input']);
    t.deepEqual([(await post('/runs/a/inputs/paid', {})).status, (await post('/runs/a/inputs/paid', { response: null })).status], [400, 202]);
    const late = await post('/runs/a/inputs/paid', { response: 2 });
    t.deepEqual([late.status, (await json(late)).error['name']], [409, 'RunEndedError']);
  });

  t.test('runs are listed; runs of workflows that are not served do not exist', async () => {
    const { host, fetch, post } = serve();
    await host.start(hidden, undefined, { runId: 'h' });
    for (const runId of ['a', 'b', 'c']) await post('/runs', { workflow: 'order', runId });
    await settle();
    const page = await json(await fetch('/runs?workflow=order&limit=2&status=waiting'));
    t.equal((page['runs'] as unknown[]).length, 2);
    const second = await json(await fetch(`/runs?workflow=order&limit=2&status=waiting&cursor=${encodeURIComponent(String(page['cursor']))}`));
    t.deepEqual([(second['runs'] as unknown[]).length, second['cursor']], [1, null]);
    t.equal(((await json(await fetch('/runs')))['runs'] as unknown[]).length, 3);
    for (const path of ['/runs/h', '/runs/h/events', '/runs/h/result']) t.equal((await fetch(path)).status, 404);
    t.equal((await post('/runs', { workflow: 'hidden' })).status, 404);
    t.equal((await post('/runs', { workflow: 'order', runId: 'h' })).status, 409);
  });

  const bad: readonly (readonly [what: string, method: string, path: string, body: string | undefined, type: string, status: number])[] = [
    ['an unknown path', 'GET', '/nothing', undefined, '', 404],
    ['a slash at the end', 'GET', '/runs/', undefined, '', 404],
    ['a deeper path', 'GET', '/runs/a/events/1', undefined, '', 404],
    ['the wrong method', 'PUT', '/runs', '{}', 'application/json', 405],
    ['an unknown run', 'GET', '/runs/none', undefined, '', 404],
    ['an unknown run to pause', 'POST', '/runs/none/pause', undefined, '', 404],
    ['a path that cannot be decoded', 'GET', '/runs/%ff', undefined, '', 400],
    ['an id that is too long', 'GET', `/runs/${'x'.repeat(513)}`, undefined, '', 404],
    ['no workflow', 'POST', '/runs', '{}', 'application/json', 400],
    ['an unknown workflow', 'POST', '/runs', '{"workflow":"none"}', 'application/json', 404],
    ['a workflow named __proto__', 'POST', '/runs', '{"workflow":"__proto__"}', 'application/json', 404],
    ['an input that is a list', 'POST', '/runs', '{"workflow":"order","input":[]}', 'application/json', 400],
    ['an id that a path cannot hold', 'POST', '/runs', '{"workflow":"order","runId":".."}', 'application/json', 400],
    ['an id that is a number', 'POST', '/runs', '{"workflow":"order","runId":1}', 'application/json', 400],
    ['an id over 512 bytes', 'POST', '/runs', JSON.stringify({ workflow: 'order', runId: 'x'.repeat(513) }), 'application/json', 400],
    ['broken JSON', 'POST', '/runs', '{', 'application/json', 400],
    ['JSON that is not an object', 'POST', '/runs', '"order"', 'application/json', 400],
    ['a prototype key', 'POST', '/runs', '{"workflow":"order","input":{"__proto__":{"x":1}}}', 'application/json', 400],
    ['deep JSON', 'POST', '/runs', `{"workflow":"order","input":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`, 'application/json', 400],
    ['another media type', 'POST', '/runs', '{"workflow":"order"}', 'text/plain', 415],
    ['a body over 1 MB', 'POST', '/runs', `{"workflow":"order","input":{"a":"${'x'.repeat(1_000_001)}"}}`, 'application/json', 413],
    ['an unknown status', 'GET', '/runs?status=lost', undefined, '', 400],
    ['a limit of 0', 'GET', '/runs?limit=0', undefined, '', 400],
    ['a wait that is no number', 'GET', '/runs/a/result?wait=long', undefined, '', 400],
    ['a start that is no number', 'GET', '/runs/a/events?from=last', undefined, '', 400],
    ['a reason that is no string', 'POST', '/runs/a/abort', '{"reason":1}', 'application/json', 400],
  ];
  for (const [what, method, path, body, type, status] of bad) {
    t.test(`${what} is refused with ${status}`, async () => {
      const { fetch, post } = serve();
      await post('/runs', { workflow: 'order', runId: 'a' });
      const response = await fetch(path, { method, ...(body === undefined ? {} : { body }), headers: type === '' ? {} : { 'content-type': type } });
      const { title, detail, error, ...said } = await json(response);
      t.deepEqual([response.status, said['status'], said['type'], response.headers.get('content-type')], [status, status, 'about:blank', 'application/problem+json']);
      t.ok(String(title).length > 3 && String(detail).length > 10 && String(error['name']).endsWith('Error'));
      if (status === 405) t.equal(response.headers.get('allow'), 'GET, POST');
    });
  }

  t.test('every request is authorized first; a refused one reads no body and asks no host', async () => {
    const asked: unknown[] = [];
    const never = new Proxy({}, { get: () => { throw new Error('the host was asked'); } }) as never;
    const handler = createRunHandler({
      host: never, workflows: [order], basePath: '/api/v1',
      authorize: (request, action) => {
        asked.push(action);
        return request.headers.has('authorization') ? false : new Response('who?', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
      },
    });
    const calls: [string, string][] = [['POST', '/runs'], ['GET', '/runs'], ['GET', '/runs/a'], ['GET', '/runs/a/events'], ['GET', '/runs/a/result'], ['POST', '/runs/a/inputs/q%2F1'], ['POST', '/runs/a/pause'], ['POST', '/runs/a/resume'], ['POST', '/runs/a/abort']];
    for (const [method, path] of calls) {
      const response = await handler(new Request(`https://runs.test/api/v1${path}`, { method }));
      t.deepEqual([response.status, response.headers.get('www-authenticate')], [401, 'Bearer']);
      t.equal((await handler(new Request(`https://runs.test/api/v1${path}`, { method, headers: { authorization: 'x' } }))).status, 403);
    }
    t.deepEqual(asked.filter((_, i) => i % 2 === 0), [
      { type: 'start' }, { type: 'list' }, { type: 'status', runId: 'a' }, { type: 'events', runId: 'a' }, { type: 'result', runId: 'a' },
      { type: 'respond', runId: 'a', requestId: 'q/1' }, { type: 'pause', runId: 'a' }, { type: 'resume', runId: 'a' }, { type: 'abort', runId: 'a' },
    ]);
    t.equal((await handler(new Request('https://runs.test/runs'))).status, 404);
    t.equal((await handler(new Request('https://runs.test/api/v1'))).status, 404);
    t.throws(() => createRunHandler({ host: never, workflows: [], basePath: '/api/' }), root.ValidationError);
  });

  t.test('what is not served is left to the fallback', async () => {
    const { fetch } = serve({ basePath: '/api', fallback: (request) => new Response(`other ${new URL(request.url).pathname}`) });
    t.equal(await (await fetch('/apix/runs')).text(), 'other /apix/runs');
    t.equal((await fetch('/api/runs')).status, 200);
  });

  t.test('pages of other origins are refused, unless they are allowed', async () => {
    // A browser sets this header itself.
    if (!new Request('https://runs.test', { headers: { origin: 'https://app.test' } }).headers.has('origin')) return;
    const { fetch, post } = serve({ allowOrigins: ['https://app.test'] });
    const start = { workflow: 'order' };
    t.equal((await post('/runs', start)).status, 201);
    t.equal((await post('/runs', start, { origin: 'https://runs.test' })).status, 201);
    t.equal((await post('/runs', start, { origin: 'https://evil.test' })).status, 403);
    t.equal((await post('/runs', start, { origin: 'null' })).status, 403);
    const allowed = await post('/runs', start, { origin: 'https://app.test' });
    t.deepEqual([allowed.status, allowed.headers.get('access-control-allow-origin'), allowed.headers.get('vary')], [201, 'https://app.test', 'Origin']);
    const ask = (origin: string) => fetch('/runs', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
    const preflight = await ask('https://app.test');
    t.deepEqual([preflight.status, preflight.headers.get('access-control-allow-methods')], [204, 'GET, POST']);
    const refused = await ask('https://evil.test');
    t.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [405, null]);
    for (const origin of ['*', 'app.test', 'https://app.test/', 'null']) t.throws(() => serve({ allowOrigins: [origin] }), root.ValidationError);
  });

  t.test('a failure of the server tells nothing of its inside; its owner is told', async () => {
    const told: unknown[] = [];
    const failures = [new Error('password hunter2'), new root.PersistError('Cannot write /secret/path', { retryable: true }), new root.PersistCorruptError('Cannot read /secret/path', { runId: 'x' })];
    for (const failure of failures) {
      const host = { status: () => Promise.reject(failure) } as never;
      const handler = createRunHandler({ host, workflows: [order], onError: (error) => told.push(error) });
      const response = await handler(new Request('https://runs.test/runs/a'));
      const text = await response.text();
      t.equal(response.status, failure === failures[1] ? 503 : 500);
      t.ok(!/hunter2|secret|path/.test(text), text);
    }
    t.deepEqual(told.map((error) => failures.includes(error as Error)), [true, true, true]);
  });

  t.test('what a host cannot do is said so', async () => {
    const host = { list: () => Promise.reject(new root.UnsupportedError('Cannot list runs here')) } as never;
    const response = await createRunHandler({ host, workflows: [order] })(new Request('https://runs.test/runs'));
    t.deepEqual([response.status, (await json(response))['detail']], [501, 'Cannot list runs here']);
  });

  t.test('HEAD is GET without the body', async () => {
    const { fetch } = serve();
    const response = await fetch('/runs', { method: 'HEAD' });
    t.deepEqual([response.status, response.headers.get('content-type'), await response.text()], [200, 'application/json', '']);
  });

  t.test('a silent stream sends comments, and a reader that leaves does not stop the run', async () => {
    const clock = new testing.FakeClock();
    const { host, fetch, post } = serve({ clock });
    await post('/runs', { workflow: 'order', runId: 'a' });
    await settle();
    const reader = ((await fetch('/runs/a/events?from=3')).body as ReadableStream<Uint8Array>).getReader();
    const reading = reader.read();
    await settle();
    await clock.advance(15_000);
    t.equal(new TextDecoder().decode((await reading).value), ':\n\n');
    await reader.cancel();
    await settle();
    t.equal(clock.pending, 0);
    await host.deliver('a', 'paid', true);
    t.deepEqual(await host.result('a'), { item: null, paid: true, on: new Date(0) });
  });

  t.test('a result is waited for as long as asked, or until the client leaves', async () => {
    const clock = new testing.FakeClock();
    const { host, fetch, post } = serve({ clock });
    await post('/runs', { workflow: 'order', input: { item: 'hat' }, runId: 'a' });
    await settle();
    const tired = fetch('/runs/a/result?wait=10');
    await settle();
    await clock.advance(10_000);
    t.equal((await tired).status, 202);
    const leaving = new AbortController();
    const left = fetch('/runs/a/result?wait=10', { signal: leaving.signal });
    await settle();
    leaving.abort();
    t.equal((await left).status, 202);
    const waiting = fetch('/runs/a/result?wait=10');
    await settle();
    await host.deliver('a', 'paid', false);
    t.equal((await waiting).status, 200);
    t.equal(clock.pending, 0);
  });

  t.test('the client drives a run, values and errors as they are', async () => {
    const { handler } = serve({ basePath: '/api', authorize: (request) => request.headers.get('authorization') === 'Bearer t' });
    const fetch = (url: string, init?: RequestInit) => handler(new Request(url, init));
    const runs = runsClient({ url: 'https://runs.test/api', fetch, headers: () => ({ authorization: 'Bearer t' }) });
    const runId = await runs.start('order', { item: 'coat' }, { runId: 'r/1' });
    t.equal(runId, 'r/1');
    const types: string[] = [];
    const result = runs.result(runId);
    for await (const { event } of runs.events(runId)) {
      types.push(event.type);
      if (event.type !== 'blazen::InputRequestEvent') continue;
      t.equal((await runs.status(runId)).requests.length, 1);
      await runs.pause(runId);
      t.equal((await runs.status(runId)).status, 'paused');
      await runs.resume(runId);
      await runs.respond(runId, 'paid', 'yes');
    }
    t.deepEqual(types, ['Reserved', 'blazen::InputRequestEvent', 'blazen::InputResponseEvent']);
    t.deepEqual(await result, { item: 'coat', paid: 'yes', on: new Date(0) });
    await t.rejects(runs.abort(runId), root.RunEndedError);
    await t.rejects(runs.status('none'), root.RunNotFoundError);
    await t.rejects(runs.events('none').next(), root.RunNotFoundError);
    await t.rejects(runs.result('none'), root.RunNotFoundError);
    await t.rejects(runs.start('none'), root.WorkflowNotFoundError);
    await t.rejects(runs.start('order', { a: JSON.parse('{"__proto__":1}') as object }), root.SerializationError);
    await t.rejects(runs.result(await runs.start('broken')), { type: root.StepError, message: /boom/ });
    await t.rejects(runsClient({ url: 'https://runs.test/api', fetch }).status(runId), root.AuthError);
    await t.rejects(runsClient({ url: 'https://runs.test/none', fetch }).status(runId), root.ValidationError);
    await t.rejects(runsClient({ url: 'x', fetch: () => Promise.reject(new TypeError('fetch failed')) }).status(runId), root.NetworkError);
    await t.rejects(runsClient({ url: 'x', fetch: () => Promise.resolve(new Response(null, { status: 401 })) }).status(runId), root.AuthError);
    await t.rejects(runsClient({ url: 'x', fetch: () => Promise.resolve(new Response('<html>', { status: 502 })) }).status(runId), root.ResponseFormatError);
  });

  t.test('the client’s stream goes on over broken connections without a gap or a repeat', async () => {
    const many = new Workflow('many').addStep('s', [START], async (_event, context) => {
      for (let n = 1; n <= 50; n++) {
        context.writeEventToStream({ type: 'N', n });
        await Promise.resolve();
      }
      return stop('done');
    });
    const store = new InMemoryCheckpointStore();
    const handler = createRunHandler({ host: createLocalHost({ store, workflows: [many] }), workflows: [many] });
    const clock = new testing.FakeClock();
    let connections = 0;
    const starts: string[] = [];
    // Cuts every connection after 300 bytes, in the middle of whatever is there; every third is not made at all.
    const fetch = async (url: string, init?: RequestInit): Promise<Response> => {
      const response = await handler(new Request(url, init));
      if (!url.endsWith('/events')) return response;
      if (++connections % 3 === 0) throw new TypeError('fetch failed');
      starts.push(new Headers(init?.headers).get('last-event-id') ?? '');
      let left = 300;
      const cut = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk.slice(0, left));
          left -= chunk.length;
          if (left <= 0 && connections % 2 === 0) controller.error(new TypeError('terminated'));
          else if (left <= 0) controller.terminate();
        },
      });
      return new Response((response.body as ReadableStream<Uint8Array>).pipeThrough(cut));
    };
    const runs = runsClient({ url: 'https://runs.test', fetch, clock });
    const runId = await runs.start('many');
    const numbers: unknown[] = [];
    const reading = (async () => { for await (const { seq, event } of runs.events(runId)) numbers.push([seq, event['n']]); return 'ended'; })();
    let ended = false;
    void reading.then(() => { ended = true; });
    for (let i = 0; i < 2000 && !ended; i++) await clock.advance(20_000);
    t.equal(await reading, 'ended');
    t.deepEqual(numbers, Array.from({ length: 50 }, (_, i) => [i + 1, i + 1]));
    t.ok(connections > 10 && new Set(starts).size > 5);
    const stopped = new AbortController();
    stopped.abort();
    await t.rejects(runs.result(runId, { signal: stopped.signal }), root.AbortedError);
  });
};

export default suite;
