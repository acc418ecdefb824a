import { describe, expect, it } from 'vitest';
import { AbortedError, StepError, ValidationError } from '../../../src/index.ts';
import { Memory, type MemoryEntry } from '../../../src/memory/index.ts';
import { parseText } from '../../../src/memory/documents/index.ts';
import { IngestError, ingestWorkflow, loadDocument, RagProgress, type RagFile, type RagProgressData, type WritableMemory } from '../../../src/rag/index.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const png = bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0xff, 0xfe, 0xfd);
const words = (count: number): string => Array.from({ length: count }, (_, i) => `Word number ${i} is a sentence of its own.`).join('\n\n');

describe('a file that cannot be used', () => {
  const bad: [string, RagFile, string, RegExp][] = [
    ['0 bytes', { name: 'empty.md', bytes: bytes() }, 'empty', /'empty.md': it is empty/],
    ['an empty text', { name: 'empty.txt', text: '' }, 'empty', /it is empty/],
    ['white space only', { name: 'blank.md', text: ' \n\t\n' }, 'no_text', /no text/],
    ['HTML without visible text', { name: 'app.html', text: '<div id="root"></div><script>alert(1)</script>' }, 'no_text', /no text/],
    ['a binary renamed .md', { name: 'image.md', bytes: png }, 'not_text', /not a text file/],
    ['a NUL in valid UTF-8', { name: 'nul.txt', bytes: utf8('a\0b') }, 'not_text', /not a text file/],
    ['Latin-1 instead of UTF-8', { name: 'latin.txt', bytes: bytes(0x63, 0x61, 0x66, 0xe9) }, 'not_text', /UTF-8/],
    ['a PDF renamed .txt', { name: 'paper.txt', bytes: utf8('%PDF-1.7 no binary') }, 'not_text', /not a text file/],
    ['a PDF without a reader', { name: 'paper.pdf', bytes: utf8('%PDF-1.7') }, 'unsupported', /PDF needs a reader/],
    ['a text of 50 MB', { name: 'large.txt', bytes: new Uint8Array(50_000_000).fill(97) }, 'too_large', /50.0 MB, more than the 20.0 MB/],
    ['a blob of 50 MB', { name: 'large.txt', blob: new Blob([new Uint8Array(50_000_000)]) }, 'too_large', /50.0 MB/],
    ['no content', { name: 'nothing.md' }, 'unreadable', /neither 'text' nor 'bytes' nor 'blob'/],
  ];

  it.each(bad)('%s is a typed error', async (_what, file, reason, message) => {
    const error: unknown = await loadDocument(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IngestError);
    expect(error).toMatchObject({ code: 'ingest', reason, message: expect.stringMatching(message) as string });
  });

  it('is reported, and stops no other file', async () => {
    const memory = new Memory();
    const good = { name: 'good.md', text: '# Good\n\nThis one can be read.' };
    const corrupt = new Error('Invalid PDF structure');
    const { data } = await ingestWorkflow({
      memory,
      load: (file, options) => loadDocument(file, { ...options, pdf: () => Promise.reject(corrupt) }),
    }).run({ files: [...bad.map(([, file], index) => ({ ...file, id: `bad ${index}` })), good, { name: 'damaged.pdf', bytes: utf8('%PDF-') }] });
    expect(data.documents).toEqual([{ docId: 'good.md', name: 'good.md', title: 'Good', length: good.text.length, chunks: 1 }]);
    expect(data.failures.map(({ reason }) => reason)).toEqual([...bad.map(([, , reason]) => reason === 'unsupported' ? 'corrupt' : reason), 'corrupt']);
    expect(data.failures.at(-1)).toEqual({ name: 'damaged.pdf', reason: 'corrupt', message: "Cannot read 'damaged.pdf': the PDF is damaged or protected (Invalid PDF structure)" });
    expect(await memory.count()).toBe(1);
  });

  it('for a reason that its reader knows keeps that reason', async () => {
    const pdf = (): never => { throw new IngestError('It is all pictures', { reason: 'no_text' }); };
    await expect(loadDocument({ name: 'scan.pdf', bytes: utf8('%PDF-') }, { pdf })).rejects.toMatchObject({ reason: 'no_text', message: 'It is all pictures' });
  });

  it('whose id is taken by another file of the same run is reported', async () => {
    const { data } = await ingestWorkflow({ memory: new Memory() }).run({ files: [{ name: 'a.md', text: 'One.' }, { name: 'a.md', text: 'Two.' }] });
    expect(data.documents).toHaveLength(1);
    expect(data.failures).toMatchObject([{ name: 'a.md', reason: 'duplicate' }]);
  });

  it('that cannot be an entry of a memory is reported', async () => {
    const { data } = await ingestWorkflow({ memory: new Memory() }).run({ files: [{ name: `${'x'.repeat(2000)}.md`, text: 'One.' }, { name: 'b.md', text: 'Two.' }] });
    expect(data.failures).toMatchObject([{ reason: 'invalid' }]);
    expect(data.documents).toMatchObject([{ name: 'b.md' }]);
  });
});

describe('reading a file', () => {
  it.each([
    ['a.md', undefined, 'markdown'], ['a.MARKDOWN', undefined, 'markdown'], ['a.html', undefined, 'html'], ['a.htm', 'text/plain', 'html'],
    ['a.txt', undefined, 'text'], ['notes', undefined, 'text'], ['upload', 'text/html; charset=utf-8', 'html'], ['a.csv', 'text/plain', 'csv'], ['a.py', undefined, 'code'], ['a.hpp', undefined, 'code'], ['a.rst', undefined, 'text'],
    ['constructor', 'toString', 'text'],
  ])('%s of type %s is read as %s', async (name, type, kind) => {
    expect((await loadDocument({ name, text: '<p>Hi\n1', ...(type === undefined ? {} : { type }) })).kind).toBe(kind);
  });

  it('UTF-8 and UTF-16 with a mark give the text without it', async () => {
    for (const file of [bytes(0xef, 0xbb, 0xbf, 0x48, 0xc3, 0xa9), bytes(0xff, 0xfe, 0x48, 0, 0xe9, 0), bytes(0xfe, 0xff, 0, 0x48, 0, 0xe9)]) {
      expect((await loadDocument({ name: 'a.txt', bytes: file })).text).toBe('Hé');
    }
    expect((await loadDocument({ name: 'a.md', blob: new Blob(['# Blob']) })).title).toBe('Blob');
  });
});

describe('an ingestion', () => {
  it('counts files and passages on its stream, and the numbers only grow', async () => {
    const handler = await ingestWorkflow({ memory: new Memory(), concurrency: 2 })
      .runWithHandler({ files: [{ name: 'a.txt', text: words(3000) }, { name: 'b.md', bytes: png }, { name: 'c.txt', text: words(40) }] });
    const seen: RagProgressData[] = [];
    for await (const event of handler.events({ only: 'published' })) if (RagProgress.is(event)) seen.push(event.data);
    const { data } = await handler.result();
    expect(seen[0]).toEqual({ files: { done: 0, failed: 0, total: 3 }, chunks: { done: 0, total: 0 }, name: null });
    expect(seen.at(-1)).toMatchObject({ files: { done: 3, failed: 1, total: 3 }, chunks: { done: data.chunks, total: data.chunks } });
    expect(seen.some(({ chunks }) => chunks.done === 64)).toBe(true);
    for (const key of ['done', 'total'] as const) {
      expect(seen.map(({ chunks }) => chunks[key])).toEqual(seen.map(({ chunks }) => chunks[key]).toSorted((a, b) => a - b));
    }
    expect(seen.map(({ files }) => files.done)).toEqual(seen.map(({ files }) => files.done).toSorted((a, b) => a - b));
  });

  it('that is aborted keeps what it stored and reads no further', async () => {
    const memory = new Memory();
    const stop = new AbortController();
    const read: string[] = [];
    const handler = await ingestWorkflow({ memory, concurrency: 1, load: (file) => { read.push(file.name); return parseText(words(2000)); } })
      .runWithHandler({ files: Array.from({ length: 50 }, (_, i) => ({ name: `f${i}.txt`, text: 'x' })) }, { signal: stop.signal });
    let stored = 0;
    for await (const event of handler.events({ only: 'published' })) {
      if (!RagProgress.is(event)) continue;
      stored = event.data.chunks.done;
      if (stored >= 64) stop.abort(new Error('enough'));
    }
    await expect(handler.result()).rejects.toThrow(AbortedError);
    expect(await memory.count()).toBeGreaterThanOrEqual(stored);
    expect(read.length).toBeLessThan(50);
    const { length } = read;
    await new Promise((resolve) => { setTimeout(resolve); });
    expect(read.length).toBe(length);
  });

  it('reads no more files ahead than are under way at once', async () => {
    const stop = new AbortController();
    const read: string[] = [];
    let stored = 0;
    const slow: WritableMemory = { addMany: (entries) => ++stored < 4 ? Promise.resolve(entries.length) : new Promise(() => stop.abort()) };
    await expect(ingestWorkflow({ memory: slow, concurrency: 2, load: (file) => { read.push(file.name); return parseText('Text.'); } })
      .run({ files: Array.from({ length: 50 }, (_, i) => ({ name: `f${i}.txt`, text: 'x' })) }, { signal: stop.signal })).rejects.toThrow(AbortedError);
    expect(read.length).toBe(5);
  });

  it('whose memory fails ends with that error', async () => {
    const full: WritableMemory = { addMany: () => Promise.reject(new Error('The disk is full')) };
    const error: unknown = await ingestWorkflow({ memory: full }).run({ files: [{ name: 'a.md', text: 'One.' }] }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StepError);
    expect((error as StepError).message).toContain('The disk is full');
  });

  it('of a document again replaces it, also when it got shorter', async () => {
    const memory = new Memory();
    const ingest = ingestWorkflow({ memory });
    await ingest.run({ files: [{ name: 'a.txt', text: words(500) }, { name: 'b.txt', text: words(100) }] });
    const before = await memory.count();
    const { data } = await ingest.run({ files: [{ name: 'a.txt', text: 'Only this is left.' }] });
    expect(data.chunks).toBe(1);
    expect(await memory.count()).toBeLessThan(before);
    expect((await memory.search('Word number 450', 50)).filter(({ docId }) => docId === 'a.txt')).toHaveLength(1);
  });

  it('hands a memory in another thread plain entries with their place in the document', async () => {
    const entries: MemoryEntry[] = [];
    const texts = new Map<string, string>();
    const memory: WritableMemory = { addMany: (batch) => { entries.push(...structuredClone(batch)); return Promise.resolve(batch.length); } };
    await ingestWorkflow({ memory, onDocument: ({ text }, { docId }) => { texts.set(docId, text); } })
      .run({ files: [{ name: 'page.html', id: 'doc-1', text: `<h1>Top</h1><p>${words(60).replaceAll('\n\n', '<p>')}` }] });
    expect(entries.length).toBeGreaterThan(1);
    for (const { text, start, end, docId, metadata } of entries) {
      expect(texts.get(docId as string)?.slice(start, end)).toBe(text);
      expect(metadata).toMatchObject({ name: 'page.html', kind: 'html', heading: ['Top'] });
    }
  });

  it.each([undefined, {}, { files: [] }, { files: 'a.md' }, { files: [{}] }, { files: [null] }])('of %o is refused', async (input) => {
    await expect(ingestWorkflow({ memory: new Memory() }).run(input as never)).rejects.toThrow(ValidationError);
  });
});
