import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLocalHost, InMemoryCheckpointStore, Workflow } from '../../../src/durable/index.ts';
import { createRunHandler } from '../../../src/server/index.ts';

const workflow = new Workflow('ask')
  .addStep('ask', ['blazen::StartEvent'], () => ({ type: 'blazen::InputRequestEvent', request_id: 'q' }))
  .addStep('end', ['blazen::InputResponseEvent'], (event) => ({ type: 'blazen::StopEvent', result: event['response'] }));

const known = ['runs', 'w', 'done', 'q', 'inputs', 'events', 'result', 'pause', 'resume', 'abort', '..', '.', '', '%ff', '%00', '%2F', '__proto__', 'constructor', 'ä', '👍'];
const part = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, fc.string({ maxLength: 8 }).map(encodeURIComponent), fc.webSegment());
const path = fc.oneof(
  fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
  fc.tuple(fc.constantFrom('w', 'done', 'none'), fc.constantFrom('', '/events', '/result', '/pause', '/resume', '/abort', '/inputs/q')).map(([id, verb]) => `/runs/${id}${verb}`),
  fc.constant('/runs'),
);
const word = fc.oneof(fc.constantFrom('', '0', '1', '60', '-1', '1e9', '999999999999999', '9'.repeat(40), 'waiting', 'ask', 'NaN'), fc.string({ maxLength: 8 }));
const query = fc.dictionary(fc.constantFrom('from', 'wait', 'limit', 'cursor', 'status', 'workflow', '__proto__'), word, { maxKeys: 3 });
const headers = fc.oneof(fc.constantFrom<Record<string, string>>({ 'content-type': 'application/json' }, { origin: 'https://app.test', 'access-control-request-method': 'POST' }), fc.dictionary(
  fc.constantFrom('content-type', 'origin', 'last-event-id', 'sec-fetch-site', 'content-length', 'access-control-request-method', 'accept'),
  fc.oneof(fc.constantFrom('application/json', 'application/json; charset=x', 'text/plain', 'https://app.test', 'https://fuzz.test', 'null', 'cross-site', '0', '5', '-1', 'GET'), fc.stringMatching(/^[\x21-\x7e]{0,12}$/)),
  { maxKeys: 4 },
));
const json = fc.oneof(
  fc.record({ workflow: fc.constantFrom('ask', 'none', '__proto__'), input: fc.oneof(fc.constant({ a: 1 }), fc.jsonValue()), runId: fc.oneof(fc.constantFrom('w', '..', ''), fc.string()) }, { requiredKeys: [] }),
  fc.record({ response: fc.jsonValue(), reason: fc.jsonValue() }, { requiredKeys: [] }), fc.jsonValue(),
).map((value) => JSON.stringify(value));
const body = fc.oneof({ weight: 3, arbitrary: json }, fc.string(), fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)), fc.constantFrom('{"__proto__":{"x":1}}', '{"input":{"constructor":{}}}', '['.repeat(5000), '{"workflow":"ask","input":{"a":1}}'));
const method = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('GET', 'POST') }, fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'FUZZ', 'get'));

test('any request gets a well-formed answer, and nothing breaks behind it', async () => {
  const host = createLocalHost({ store: new InMemoryCheckpointStore(), workflows: [workflow] });
  await host.start(workflow, undefined, { runId: 'w' });
  await host.start(workflow, undefined, { runId: 'done' });
  await host.deliver('done', 'q', 1);
  await host.result('done');
  const failures: unknown[] = [];
  const clock = { now: () => 0, after: (_ms: number, fire: () => void) => setTimeout(fire, 0), cancel: (timer: unknown) => clearTimeout(timer as number) };
  const handler = createRunHandler({ host, workflows: [workflow], clock, allowOrigins: ['https://app.test'], onError: (error) => failures.push(error) });
  const seen = new Map<number, number>();
  await fc.assert(fc.asyncProperty(method, path, query, headers, fc.option(body, { nil: undefined }), async (verb, at, params, fields, content) => {
    const withBody = content !== undefined && !['GET', 'HEAD', 'get'].includes(verb);
    const request = new Request(`https://fuzz.test${at}?${new URLSearchParams(params)}`, { method: verb, headers: fields, ...(withBody && { body: content }) });
    const response = await handler(request);
    seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
    expect([200, 201, 202, 204, 400, 403, 404, 405, 409, 413, 415]).toContain(response.status);
    const type = response.headers.get('content-type');
    if (type === 'text/event-stream') {
      await response.body?.cancel();
      return;
    }
    const text = await response.text();
    if (text === '') expect(verb === 'HEAD' || response.status === 204).toBe(true);
    else {
      expect(type).toBe(response.status < 300 ? 'application/json' : 'application/problem+json');
      const said = JSON.parse(text) as { status?: unknown; title?: unknown; error?: { name?: unknown; code?: unknown } };
      if (response.status >= 300) expect([said.status, typeof said.title, typeof said.error?.name, typeof said.error?.code]).toEqual([response.status, 'string', 'string', 'string']);
      expect(text).not.toMatch(/"stack"|\bat .*\.ts:/);
    }
  }), { numRuns: 3000 });
  expect(failures).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect((await handler(new Request('https://fuzz.test/runs'))).status).toBe(200);
  // The generators reach what they are meant to reach.
  for (const status of [200, 201, 202, 204, 400, 403, 404, 405, 409, 415]) expect(seen.get(status) ?? 0, `answers with ${status}`).toBeGreaterThan(0);
});
