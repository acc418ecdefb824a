// What the reference's documents show of its memory, written anew: class by class, call by call.
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const capitals = [
  ['paris', 'Paris is the capital of France.', { category: 'geo' }],
  ['rome', 'Rome is the capital of Italy.', { category: 'geo' }],
  ['python', 'Python is a programming language.', { category: 'tech' }],
] as const;

const suite: Suite<Lib> = (t, { memory: { CustomBackendAdapter, HashEmbedder }, models: { ChatMessage, ChatWindow }, root }) => {
  const { CompletionModel, EmbeddingModel, InMemoryBackend, Memory, MemoryBackend, MemoryResult } = root;
  const hash = new HashEmbedder();
  const rows = async (texts: string[]): Promise<Float32Array[]> => [...await hash.doEmbed(texts)] as Float32Array[];
  const embedder = EmbeddingModel.fromJsHandler('words', 512, rows);

  t.test('memory guide: add with metadata, search with a limit, filter as a superset', async () => {
    const memory = new Memory(embedder, new InMemoryBackend());
    for (const [id, text, metadata] of capitals) await memory.add(id, text, metadata);
    const results = await memory.search('capital city in Europe', 2);
    t.deepEqual(results.map((r) => r.id).toSorted(), ['paris', 'rome']);
    for (const r of results) t.ok(/^\d\.\d{3} \w+ .*capital/.test(`${r.score.toFixed(3)} ${r.id} ${r.text}`));
    t.deepEqual((await memory.search('European city', 5, { category: 'geo' })).map((r) => r.id).toSorted(), ['paris', 'rome']);
    t.deepEqual((await memory.search('European city', 5, { category: 'geo', continent: 'none' })), []);
  });

  t.test('memory guide: local mode needs no model, and says so when asked for more', async () => {
    for (const memory of [Memory.local(new InMemoryBackend()), Memory.localFromBackend(new InMemoryBackend())]) {
      await memory.add('greeting', 'Hello world!');
      t.deepEqual((await memory.searchLocal('hello', 5)).map((hit) => hit.id), ['greeting']);
      t.deepEqual((await memory.searchLocal('hello', 5, null)).map((hit) => hit.text), ['Hello world!']);
      await t.rejects(memory.search('hello', 5), root.MemoryNoEmbedderError);
    }
  });

  t.test('memory guide, browser: fromBackend over a backend one keeps, query gives results with content', async () => {
    const backend = new InMemoryBackend();
    const memory = Memory.fromBackend(embedder, backend);
    for (const [id, text, metadata] of capitals) await memory.add(id, text, metadata);
    const results = await memory.query('capital city in Europe', 2);
    t.ok(results.every((r) => r instanceof MemoryResult));
    t.ok(results.every((r) => r.content === r.text && r.metadata?.['category'] === 'geo' && r.score > 0));
    t.equal(await backend.len(), 3);
  });

  t.test('memory guide: get, delete, count', async () => {
    const memory = new Memory(embedder, new InMemoryBackend());
    await memory.add('doc1', 'text...', { tag: 'v1' });
    const entry = await memory.get('doc1');
    t.deepEqual([entry?.id, entry?.text, entry?.metadata], ['doc1', 'text...', { tag: 'v1' }]);
    t.deepEqual([await memory.get('doc2'), await memory.count(), await memory.delete('doc1'), await memory.delete('doc1'), await memory.count()], [null, 1, true, false, 0]);
  });

  t.test('Node and custom-providers guides: a model of one\'s own and a local one go straight in', async () => {
    class MyEmbeddings extends EmbeddingModel {
      constructor() { super({ modelId: 'mini-lm-v6', dimensions: 512 }); }
      // The documented answer; its type here is the fuller one of the models' room.
      override async embed(texts: readonly string[]) { return { embeddings: (await rows([...texts])).map((row) => [...row]), model: 'mini-lm-v6' } as never; }
    }
    const memory = new Memory(new MyEmbeddings(), new InMemoryBackend());
    await memory.add('doc1', 'Paris is the capital of France');
    t.equal((await memory.search('capital of France', 5))[0]?.id, 'doc1');
  });

  t.test('WebAssembly guides: a handler as the model, no backend named, upsert and query with content', async () => {
    const first = new Memory(EmbeddingModel.fromJsHandler('all-MiniLM-L6-v2', 512, rows));
    await first.add('doc1', 'Paris is the capital of France');
    await first.add('doc2', 'Rust is a systems programming language');
    t.equal((await first.search("What is France's capital?", 5))[0]?.text, 'Paris is the capital of France');
    const memory = Memory.fromBackend(embedder, new InMemoryBackend());
    await memory.upsert([
      { id: 'faq-1', content: 'Refunds are processed within 5-7 business days.' }, { id: 'faq-2', content: 'Free shipping on orders over $50.' },
      { id: 'faq-3', content: 'Contact support at help@example.com.' },
    ]);
    const context = (await memory.query('How are refunds processed?', 3)).map((r) => r.content).join('\n');
    t.ok(context.startsWith('Refunds are processed'));
    const asked: string[] = [];
    class Echo extends CompletionModel {
      constructor() { super({ modelId: 'echo' }); }
      override complete(messages: readonly { readonly content?: unknown }[]): Promise<never> {
        asked.push(...messages.map((message) => String(message.content)));
        return Promise.resolve({ content: 'In 5-7 business days.', model: 'echo', toolCalls: [] }) as never;
      }
    }
    const response = await new Echo().complete([ChatMessage.system(`Answer using only this context:\n${context}`), ChatMessage.user('How long do refunds take?')]);
    t.equal((response as { content: string }).content, 'In 5-7 business days.');
    t.ok(asked[0]?.includes('Free shipping'));
  });

  t.test('WebAssembly examples: addMany, and a search with a limit and no filter', async () => {
    const memory = Memory.fromBackend(embedder, new InMemoryBackend());
    await memory.addMany([
      { id: 'doc1', text: 'Blazen is a workflow engine.' }, { id: 'doc2', text: 'WebAssembly runs in browsers, Node.js, and edge runtimes.' },
      { id: 'doc3', text: 'Tract is a tiny inference engine.' },
    ]);
    const results = await memory.search('What is Blazen?', 3, null);
    t.equal(results[0]?.id, 'doc1');
    t.equal(results.length, 3);
  });

  t.test('Node example 8 and reference: a subclass over a map, asked for bands, ranks as the built-in does', async () => {
    const asked: string[][] = [];
    class DictBackend extends MemoryBackend {
      private readonly store = new Map<string, { id: string; bands?: readonly string[] }>();
      override async put(entry: { id: string }): Promise<void> { this.store.set(entry.id, entry); }
      override async get(id: string): Promise<unknown> { return this.store.get(id) ?? null; }
      override async delete(id: string): Promise<boolean> { return this.store.delete(id); }
      override async list(): Promise<unknown[]> { return Array.from(this.store.values()); }
      override async len(): Promise<number> { return this.store.size; }
      override async searchByBands(bands: string[], limit: number): Promise<unknown[]> {
        asked.push(bands);
        const set = new Set(bands);
        return [...this.store.values()].filter((entry) => (entry.bands ?? []).some((band) => set.has(band))).slice(0, limit);
      }
    }
    const backend = new DictBackend();
    const memory = new Memory(embedder, backend);
    await memory.add('fact-1', 'Rust has ownership and borrowing.');
    await memory.add('fact-2', 'Python uses reference counting.');
    const results = await memory.search('reference counting memory management', 2);
    t.deepEqual(results.map((r) => r.id), ['fact-2', 'fact-1']);
    t.equal((await memory.searchLocal('Python uses reference countng', { mode: 'simhash', limit: 1 }))[0]?.id, 'fact-2');
    t.equal(asked.length, 1);
    // A second memory reads what the first one wrote.
    t.equal((await new Memory(embedder, backend).search('ownership', 1))[0]?.id, 'fact-1');
  });

  t.test('WebAssembly reference: handlers in a MemoryBackend, and a plain object through fromJsBackend', async () => {
    const store = new Map<string, unknown>();
    const handlers = {
      put: async (entry: { id: string }) => { store.set(entry.id, structuredClone(entry)); },
      get: async (id: string) => store.get(id) ?? null,
      delete: async (id: string) => store.delete(id),
      list: async () => [...store.values()],
      len: async () => store.size,
      searchByBands: async () => [],
    };
    await new Memory(embedder, new MemoryBackend(handlers)).add('a', 'one lamp', { n: 1 });
    const memory = Memory.fromJsBackend(embedder, handlers);
    t.equal((await memory.search('lamp', 1, { n: 1 }))[0]?.id, 'a');
    t.deepEqual([await memory.count(), await memory.delete('a'), store.size], [1, true, 0]);
    await t.rejects(new Memory(null, new MemoryBackend({ len: () => 0 })).add('a', 'text'), root.UnsupportedError);
    t.throws(() => new Memory(embedder, {} as never), root.ValidationError);
  });

  t.test('WebAssembly reference: every method of InMemoryBackend', async () => {
    const backend = new InMemoryBackend();
    t.deepEqual([await backend.isEmpty(), await backend.len()], [true, 0]);
    await backend.put({ id: 'a', text: 'one', metadata: null, bands: ['0:aa', '1:bb'] });
    await backend.put({ id: 'b', text: 'two', metadata: { n: 1 }, bands: ['0:cc'] });
    t.equal((await backend.get('a'))?.text, 'one');
    t.equal(await backend.get('x'), null);
    t.deepEqual((await backend.list()).map(({ id }) => id), ['a', 'b']);
    t.deepEqual((await backend.searchByBands(['1:bb', '0:cc'], 1)).map(({ id }) => id), ['a']);
    t.deepEqual([await backend.delete('a'), await backend.delete('a'), await backend.isEmpty()], [true, false, false]);
  });

  t.test('reference: a MemoryResult can be made, and every documented constructor gives a Memory', () => {
    const result = new MemoryResult('id', 'text', 0.5, { a: 1 });
    t.deepEqual([result.id, result.text, result.content, result.score, result.metadata], ['id', 'text', 'text', 0.5, { a: 1 }]);
    const backend = new InMemoryBackend();
    const made = [
      new Memory(embedder), new Memory(embedder, backend), Memory.local(), Memory.local(backend), Memory.fromBackend(embedder, backend),
      Memory.localFromBackend(backend), Memory.fromJsBackend(embedder, new MemoryBackend()), Memory.withJsonl(embedder, backend), Memory.withValkey(embedder, backend),
    ];
    t.ok(made.every((memory) => memory instanceof Memory));
    t.ok(made[6]?.backend instanceof CustomBackendAdapter);
  });

  t.test('chat window guide: recent turns beside recalled ones', async () => {
    const memory = new Memory(embedder, new InMemoryBackend());
    const window = new ChatWindow(2000);
    const turn = async (userInput: string): Promise<string[]> => {
      const recalls = await memory.search(userInput, 3);
      window.clear();
      window.add(ChatMessage.system('Be brief.'));
      for (const r of recalls) window.add(ChatMessage.user(r.text));
      window.add(ChatMessage.user(userInput));
      const answer = `You said: ${userInput}`;
      await memory.add(`turn-${await memory.count()}`, `Q: ${userInput}\nA: ${answer}`);
      return window.messages().map((message) => String(message.content));
    };
    await turn('My boat is called Marlin.');
    await turn('I like tea.');
    const seen = await turn('What is my boat called?');
    t.deepEqual([seen[0], seen.at(-1)], ['Be brief.', 'What is my boat called?']);
    t.ok(seen[1]?.includes('Marlin'));
  });

  t.test('reference: the errors of a memory have the documented names', () => {
    for (const name of ['MemoryError', 'MemoryNoEmbedderError', 'MemoryEmbeddingError'] as const) {
      const error = new root[name]('x');
      t.ok(error instanceof root.MemoryError && error.name === name);
    }
  });
};

export default suite;
