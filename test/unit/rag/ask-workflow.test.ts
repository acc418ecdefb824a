import { describe, expect, it } from 'vitest';
import { AbortedError, ValidationError } from '../../../src/index.ts';
import { Memory, MemoryNoEmbedderError } from '../../../src/memory/index.ts';
import { askWorkflow, PassagesFound } from '../../../src/rag/index.ts';

describe('a question', () => {
  it.each([undefined, {}, { question: '' }, { question: ' \n ' }, { question: 4 }, { question: 'x'.repeat(10_001) }])('of %o is refused before anything runs', async (input) => {
    let searched = false;
    const ask = askWorkflow({ memory: { search: () => { searched = true; return Promise.resolve([]); } } });
    const error: unknown = await ask.run(input as never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({ code: 'validation', path: 'question' });
    expect(searched).toBe(false);
  });

  it('to an empty memory says that there is nothing to search', async () => {
    const { data } = await askWorkflow({ memory: new Memory() }).run({ question: 'What is here?' });
    expect(data).toMatchObject({ found: false, text: 'Nothing was found: there is no text to search', citations: [], passages: [] });
  });

  it('about entries that came from no file cites the entry itself', async () => {
    const memory = new Memory();
    await memory.add('paris', 'Paris is the capital of France.');
    const { data } = await askWorkflow({ memory }).run({ question: 'What is the capital of France?' });
    expect(data.citations).toMatchObject([{ number: 1, docId: 'paris', name: 'paris', start: 0, end: 31, quote: 'Paris is the capital of France.' }]);
  });

  it('shows the passages it looks at on the stream', async () => {
    const memory = new Memory();
    await memory.add('paris', 'Paris is the capital of France.');
    const types: string[] = [];
    await askWorkflow({ memory }).runStreaming({ question: 'Capital of France?' }, (event) => {
      types.push(event.type);
      if (PassagesFound.is(event)) expect(event.passages).toMatchObject([{ docId: 'paris' }]);
    });
    expect(types).toEqual(['PassagesFound']);
  });

  it('to a memory without an embedder works by keyword, and says so when asked otherwise', async () => {
    const memory = Memory.local();
    await memory.add('paris', 'Paris is the capital of France.');
    expect((await askWorkflow({ memory, mode: 'keyword' }).run({ question: 'capital of France' })).data.found).toBe(true);
    await expect(askWorkflow({ memory }).run({ question: 'capital of France' })).rejects.toMatchObject({ cause: expect.any(MemoryNoEmbedderError) as Error });
  });

  it('can be aborted while the memory searches', async () => {
    const stop = new AbortController();
    let told = false;
    const ask = askWorkflow({ memory: { search: (_query, { signal }) => new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        told = true;
        reject(new Error('stopped'));
      });
      stop.abort();
    }) } });
    await expect(ask.run({ question: 'Why?' }, { signal: stop.signal })).rejects.toThrow(AbortedError);
    expect(told).toBe(true);
  });
});
