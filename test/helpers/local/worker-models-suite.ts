import { expect, it } from 'vitest';
import { AbortedError, LocalModelError, UnsupportedError, WorkerCrashedError } from '../../../src/base/error-classes.ts';
import { type LoadedModel, withTransfer, workerBackend, type WorkerLike } from '../../../src/local/index.ts';
import { ChatModel, EmbeddingModel } from '../../../src/model/index.ts';
import type { Listener } from './worker-models.ts';

/** What a model in a real worker does, whatever the worker is. */
export function describeWorkerModels(spawn: () => WorkerLike): void {
  const counting = (): { readonly spawn: () => WorkerLike; readonly count: () => number; readonly ended: () => number } => {
    let count = 0;
    let ended = 0;
    return {
      count: () => count,
      ended: () => ended,
      spawn: () => {
        count++;
        const worker = spawn();
        const terminate = worker.terminate?.bind(worker);
        worker.terminate = () => { ended++; return terminate?.(); };
        return worker;
      },
    };
  };
  const load = async (): Promise<Listener> => workerBackend<Listener>({ name: 'listener', spawn }).load();

  it('an embedding model gives its vectors, and they keep their values', async () => {
    const model = await workerBackend<EmbeddingModel & LoadedModel>({ name: 'letters', spawn }).load();
    expect(model).toBeInstanceOf(EmbeddingModel);
    const first = await model.embed(['Anna', 'b']);
    const second = await model.embed(['zzz']);
    expect([first[0]?.[0], first[0]?.[13], first[1]?.[1], second[0]?.[25]]).toEqual([2, 2, 1, 3]);
    expect(first[0]).toBeInstanceOf(Float32Array);
    // Its 26 numbers, not the 64 MiB of WebAssembly they lay in.
    expect((first[0] as Float32Array).buffer.byteLength).toBe(104);
    expect([model.modelId, model.dimensions]).toEqual(['letters', 26]);
    await model.dispose();
    await expect(model.embed(['a'])).rejects.toMatchObject({ problem: 'disposed' });
  });

  it('a chat model answers and streams; leaving a stream ends it in the worker', async () => {
    const model = await workerBackend<ChatModel & LoadedModel>({ name: 'parrot', spawn }).load();
    expect(model).toBeInstanceOf(ChatModel);
    expect((await model.complete([{ role: 'user', content: 'good morning' }])).content).toBe('good morning');
    const parts: string[] = [];
    const stream = model.stream([{ role: 'user', content: 'a b c' }], (part) => { if (part.delta !== undefined) parts.push(part.delta); });
    expect([(await stream).content, parts]).toEqual(['a b c', ['a', ' b', ' c']]);
    for await (const part of model.stream([{ role: 'user', content: 'count' }])) if (part.delta === '3 ') break;
    const stop = new AbortController();
    const aborted = model.stream([{ role: 'user', content: 'count' }], (part) => { if (part.delta === '3 ') stop.abort(); }, { signal: stop.signal });
    await expect(Promise.resolve(aborted)).rejects.toBeInstanceOf(AbortedError);
    expect((await model.complete([{ role: 'user', content: 'still here' }])).content).toBe('still here');
    await model.dispose();
  });

  it('callbacks, signals, fields and moved buffers cross the line', async () => {
    const seen: unknown[] = [];
    const model = await workerBackend<Listener>({ name: 'listener', spawn }).load({ onProgress: ({ loaded, total }) => seen.push([loaded, total]) });
    expect(seen).toEqual([[1, 2], [2, 2]]);
    expect(model.language).toBe('en');
    const audio = Float32Array.of(1, 2, 3);
    const parts: number[] = [];
    const { text, peaks } = await model.listen(audio, { onProgress: (part) => parts.push(part) });
    expect([text, [...peaks], parts, audio.length]).toEqual(['3 samples', [1, 2], [25, 50, 100], 3]);
    await model.listen(withTransfer(audio, [audio.buffer]));
    expect(audio.length).toBe(0);
    const stop = new AbortController();
    await expect(model.wait({ signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) })).rejects.toBeInstanceOf(AbortedError);
    expect(await model.facts()).toEqual({ loads: 1, ended: 0 });
    await model.dispose();
  });

  it('a crash rejects what is in flight, and the next call loads the model in a new worker', async () => {
    const { spawn: start, count } = counting();
    const model = await workerBackend<Listener>({ name: 'listener', spawn: start }).load();
    const errors = await Promise.all([model.crash(), model.wait({ signal: new AbortController().signal, onProgress: () => undefined })].map((call) => call.catch((error: unknown) => error)));
    for (const error of errors) expect(error).toBeInstanceOf(WorkerCrashedError);
    expect((await model.facts()).loads).toBe(1);
    expect(count()).toBe(2);
    await model.dispose();
  });

  it('a lost device is a new worker too', async () => {
    const { spawn: start, count, ended } = counting();
    const model = await workerBackend<Listener>({ name: 'listener', spawn: start }).load();
    await expect(model.loseDevice()).rejects.toMatchObject({ problem: 'device-lost' });
    expect((await model.listen(new Float32Array(4))).text).toBe('4 samples');
    expect([count(), ended()]).toEqual([2, 1]);
    await model.dispose();
    expect(ended()).toBe(2);
  });

  it('probe and load tell the reason of the worker, and leave no worker behind', async () => {
    const { spawn: start, count, ended } = counting();
    const backend = workerBackend({ name: 'tooLarge', spawn: start });
    expect(await backend.probe()).toMatchObject({ ok: false, problem: 'vram', fix: 'Choose a smaller one' });
    await expect(backend.load()).rejects.toMatchObject({ problem: 'vram', fix: 'Choose a smaller one' });
    await expect(workerBackend({ name: 'nobody', spawn: start }).load()).rejects.toBeInstanceOf(UnsupportedError);
    const stop = new AbortController();
    const slow = workerBackend({ name: 'slow', spawn: start }).load({ signal: stop.signal, onProgress: () => stop.abort() });
    await expect(slow).rejects.toBeInstanceOf(AbortedError);
    expect([count(), ended()]).toEqual([4, 4]);
    const broken = workerBackend({ name: 'x', spawn: () => { throw new Error('refused by the policy'); } });
    expect(await broken.probe()).toMatchObject({ ok: false, problem: 'failed' });
    await expect(broken.load()).rejects.toBeInstanceOf(LocalModelError);
  });

  it('disposing terminates the worker at once and rejects what is in flight', async () => {
    const model = await load();
    const waiting = expect(model.wait({ signal: new AbortController().signal, onProgress: () => void model.dispose() })).rejects.toBeInstanceOf(AbortedError);
    await waiting;
    await model.dispose();
    await expect(model.facts()).rejects.toMatchObject({ problem: 'disposed' });
  });
}
