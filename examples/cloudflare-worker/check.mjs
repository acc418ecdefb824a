// Runs the Worker as it would be deployed (bundled by wrangler, in workerd, with its Durable Object) and checks it on this
// project's own documents: `node examples/cloudflare-worker/check.mjs`.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { Miniflare } from 'miniflare';
import { check, finish } from '../../scripts/checks.mjs';
import { bin, root, runCommand } from '../../scripts/run-command.mjs';
import { bundledModules, workerd } from '../../scripts/workerd.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rag-worker-'));
/** @type {Miniflare | undefined} */
let miniflare;

const files = ['.', 'docs/guides', 'docs/decisions'].flatMap((from) => readdirSync(join(root, from), { recursive: from !== '.' })
  .map(String).filter((name) => name.endsWith('.md')).map((name) => join(from, name)))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));
files.push({ name: 'page.html', text: '<h1>Harbour</h1><script>alert(1)</script><p>The harbour of Kelda &amp; Sons exports <b>barometers</b>.</p>' });

const json = (/** @type {unknown} */ body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** @returns {Promise<{ status: number, headers: Headers, body: any, text: string }>} */
async function call(/** @type {string} */ path, /** @type {Record<string, any>} */ init = {}) {
  if (miniflare === undefined) throw new Error('the Worker does not run');
  const response = await miniflare.dispatchFetch(`http://rag.test${path}`, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, headers: /** @type {any} */ (response.headers), body: isJson ? JSON.parse(text) : undefined, text };
}

/** The events of a server-sent stream. */
function events(/** @type {string} */ text) {
  return text.split('\n\n').filter(Boolean).map((block) => {
    const field = (/** @type {string} */ name) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    return { id: field('id'), type: field('event'), data: JSON.parse(field('data') ?? 'null') };
  });
}

async function start() {
  miniflare = new Miniflare({
    ...workerd, modules: bundledModules(folder),
    durableObjects: { LIBRARY: { className: 'Library', useSQLite: true } }, durableObjectsPersist: join(folder, 'state'),
  });
  await miniflare.ready;
}

/** Asks, and checks that the cited span of the document holds the fact. */
async function expectFact(/** @type {string} */ question, /** @type {string} */ fact) {
  const { status, body } = await call('/questions', json({ question }));
  assert.equal(status, 200, JSON.stringify(body));
  const [first] = body.citations;
  assert.ok(first, `${question} ${body.text}`);
  const { text } = await call(`/documents/${encodeURIComponent(first.docId)}`);
  assert.equal(text.slice(first.start, first.end), first.quote);
  assert.ok(first.quote.includes(fact), `${question} ${first.quote}`);
  return `${first.name}: ${fact}`;
}

const facts = /** @type {const} */ ([
  ['Which file is the one table of front doors?', 'scripts/entries.mjs'],
  ['What does npm test install?', 'Chromium and redis-server'],
  ['How large may a file be that is taken in?', '20 MB'],
  ['What does the harbour of Kelda & Sons export?', 'barometers'],
]);

try {
  await check('wrangler bundles the Worker', async () => void await runCommand(bin('wrangler'), [
    'deploy', '--dry-run', '--outdir', folder, '--config', join(root, 'examples/cloudflare-worker/wrangler.jsonc'),
  ], { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: 'true' } }));
  await check('it starts in workerd', start);

  await check('a question before any document says that there is nothing', async () => {
    const { body } = await call('/questions', json({ question: 'What is here?' }));
    assert.equal(body.found, false);
  });
  await check(`POST /documents takes in ${files.length} documents, 20 at a time`, async () => {
    for (let from = 0; from < files.length; from += 20) {
      const { status, body } = await call('/documents', json({ files: files.slice(from, from + 20) }));
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual(body.failures, []);
      assert.equal(body.documents.length, Math.min(20, files.length - from));
    }
    assert.equal((await call('/documents')).body.documents.length, files.length);
  });
  for (const [question, fact] of facts) await check(question, () => expectFact(question, fact));

  await check('POST with accept: text/event-stream streams the run and its result', async () => {
    const { headers, text } = await call('/documents', {
      ...json({ files: [{ name: 'a.md', text: 'One.' }, { name: 'bad.md', text: '' }] }),
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    });
    assert.equal(headers.get('content-type'), 'text/event-stream');
    const all = events(text);
    assert.deepEqual(all.slice(0, -1).map(({ id }) => Number(id)), all.slice(0, -1).map((_, index) => index + 1));
    assert.ok(all.some(({ type, data }) => type === 'RagProgress' && data.files.done === 2 && data.files.failed === 1));
    const last = all.at(-1);
    assert.equal(last?.type, 'result');
    assert.deepEqual(last.data.failures.map((/** @type {any} */ failure) => [failure.name, failure.reason]), [['bad.md', 'empty']]);

    const again = await call(`/runs/${headers.get('x-run-id')}/events`);
    assert.deepEqual(events(again.text), all);
    const rest = await call(`/runs/${headers.get('x-run-id')}/events`, { headers: { 'last-event-id': '2' } });
    assert.deepEqual(events(rest.text), all.slice(2));
  });

  const large = { files: [{ name: 'large.md', text: 'x'.repeat(1_000_001) }] };
  const notJson = { method: 'POST', headers: { 'content-type': 'application/json' } };
  /** @type {ReadonlyArray<[what: string, path: string, init: Record<string, any>, status: number, code: string]>} */
  const bad = [
    ['an empty question', '/questions', json({ question: '' }), 400, 'validation'],
    ['a blank question', '/questions', json({ question: ' \n' }), 400, 'validation'],
    ['a question that is a number', '/questions', json({ question: 4 }), 400, 'validation'],
    ['a question of 1,001 characters', '/questions', json({ question: 'x'.repeat(1001) }), 400, 'validation'],
    ['broken JSON', '/questions', { ...notJson, body: '{' }, 400, 'validation'],
    ['a JSON list', '/questions', { ...notJson, body: '[]' }, 400, 'validation'],
    ['no body', '/questions', notJson, 400, 'validation'],
    ['another media type', '/questions', { method: 'POST', body: 'question=x', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['no files', '/documents', json({}), 400, 'validation'],
    ['a file without a name', '/documents', json({ files: [{ text: 'x' }] }), 400, 'validation'],
    ['a file without a text', '/documents', json({ files: [{ name: 'x' }, null] }), 400, 'validation'],
    ['21 files', '/documents', json({ files: Array.from({ length: 21 }, (_, i) => ({ name: `${i}.md`, text: 'x' })) }), 413, 'too_many_files'],
    ['a body over 1 MB', '/documents', json(large), 413, 'too_large'],
    ['a stream over 1 MB', '/documents', { ...notJson, duplex: 'half', body: new Blob([JSON.stringify(large)]).stream() }, 413, 'too_large'],
    ['an unknown path', '/nothing', {}, 404, 'not_found'],
    ['an unknown document', '/documents/gone.md', {}, 404, 'not_found'],
    ['a document name that cannot be decoded', '/documents/%ff', {}, 404, 'not_found'],
    ['an unknown run', '/runs/00000000-0000-4000-8000-000000000000/events', {}, 404, 'not_found'],
    ['the wrong method', '/questions', { method: 'PUT' }, 405, 'method_not_allowed'],
  ];
  for (const [what, path, init, status, code] of bad) {
    await check(`${what} is refused with ${status}`, async () => {
      const response = await call(path, init);
      assert.equal(response.status, status, response.text);
      assert.equal(response.body.error.code, code);
      assert.ok(response.body.error.message.length > 10);
    });
  }
  await check('it goes on working after them', () => expectFact(...facts[0]));
  await check('a document of HTML is served as plain text, without its markup', async () => {
    const { text, headers } = await call('/documents/page.html');
    assert.equal(text, 'Harbour\n\nThe harbour of Kelda & Sons exports barometers.');
    assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
  });
  await check('documents survive a restart', async () => {
    await miniflare?.dispose();
    await start();
    return expectFact(...facts[1]);
  });
} finally {
  await miniflare?.dispose();
  rmSync(folder, { recursive: true, force: true });
}
finish('cloudflare-worker');
