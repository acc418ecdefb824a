import * as embeddings from '../../../src/local/embeddings/index.ts';
import * as local from '../../../src/local/index.ts';
import { type TranscriptionResult, transformersTranscription } from '../../../src/local/transcription/index.ts';
import { type CachedModelReport, cachedBackends, loadInPieces } from './cached-models.ts';
import { HashEmbedder, Memory } from '../../../src/memory/index.ts';
import { embeddingSoak, type SoakPlan, type SoakResult } from './embedding-soak.ts';
import { makeWav, tone } from '../make-wav.ts';
import { type EmbeddingHost, embeddingSuite, tinyEncoder } from './embedding-suite.ts';
import { remoteSuite, type RemoteSuite } from './remote-suite.ts';
import { transformersSuite } from './transformers-suite.ts';

/** What the tests ask of a page, and of a worker of it. */
export interface EmbedPage extends RemoteSuite {
  readonly transformers: RemoteSuite;
  soak(plan: SoakPlan): Promise<SoakResult>;
  /** Takes the GPU from under a model: the problem that its `lost` tells, and that of a later call; and from under one in a manager: the vector of its next use. */
  loseGpu(): Promise<{ problems: unknown[]; vector: number[] }>;
  /** What transformers.js hears in a tone. */
  hear(): Promise<TranscriptionResult>;
  /** Loads a model that comes in pieces into a ModelCache; `copies` are the caches that somebody else keeps. */
  inPieces(kind: keyof ReturnType<typeof cachedBackends>): Promise<CachedModelReport & { readonly copies: string[] }>;
  probe(options?: EmbeddingHost['options'] & { readonly threads?: number }): Promise<local.Probe>;
  /** The problem of loading the test model over HTTP with these options, or the numbers of an embedding. */
  load(options: Partial<embeddings.OnnxEmbeddingOptions>, texts: readonly string[]): Promise<{ problem: string } | { vectors: number[][]; progress: [string, number, number | null][] }>;
}

const params = new URL(import.meta.url).searchParams;
const scope = globalThis as typeof globalThis & { page: EmbedPage; document?: unknown };
const lib = { ...embeddings, Memory, HashEmbedder };
const options: EmbeddingHost['options'] = {
  ...(params.get('device') === 'webgpu' ? { device: 'webgpu' } : {}),
  ...(params.has('wasm') ? { wasm: params.get('wasm') as string } : {}),
};

interface Adapter { requestDevice: (this: Adapter, descriptor: object) => Promise<{ destroy(): void }> }

async function loseGpu(): Promise<{ problems: unknown[]; vector: number[] }> {
  const { prototype } = (globalThis as unknown as { GPUAdapter: { prototype: Adapter } }).GPUAdapter;
  const { requestDevice } = prototype;
  const devices: { destroy(): void }[] = [];
  prototype.requestDevice = async function (this: Adapter, descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
  const problemOf = (error: unknown): unknown => (error instanceof local.LocalModelError ? error.problem : error);
  try {
    const backend = embeddings.onnxEmbedding(tinyEncoder({ lib, options }));
    const model = await backend.load();
    devices.at(-1)?.destroy();
    const problems = [problemOf(await model.lost), await model.embed(['a']).catch(problemOf)];
    await model.dispose();
    const manager = new local.ModelManager(1);
    manager.register('encoder', backend);
    const managed = await manager.load<embeddings.LocalEmbeddingModel>('encoder');
    devices.at(-1)?.destroy();
    await managed.lost;
    const [vector = []] = await manager.use('encoder', (again: embeddings.LocalEmbeddingModel) => again.embed(['hello world']));
    await manager.unload('encoder');
    return { problems, vector: [...vector] };
  } finally {
    prototype.requestDevice = requestDevice;
  }
}

scope.page = {
  ...remoteSuite((t) => embeddingSuite(t, { lib, options })),
  transformers: remoteSuite((t) => transformersSuite(t, embeddings, { modelPath: '/models/', wasmPaths: '/ort/' })),
  soak: (plan) => embeddingSoak({ lib, options }, plan),
  loseGpu,
  async hear() {
    const model = await transformersTranscription({ model: 'tiny-speech', modelPath: '/models/', wasmPaths: '/ort/' }).load();
    const result = await model.transcribe({ audio: makeWav([tone(2, 440, 44_100)], 44_100), language: 'en' });
    await model.dispose();
    return result;
  },
  async inPieces(kind) {
    const address = new URL(`/pieces/${crypto.randomUUID()}`, location.href).href;
    const open = cachedBackends(embeddings, { wasm: '/ort/ort-wasm-simd-threaded.wasm', wasmPaths: '/ort/' })[kind];
    const report = await loadInPieces(open, address, local.ModelCache.create(crypto.randomUUID()));
    return { ...report, copies: await caches.keys() };
  },
  probe: (more) => embeddings.onnxEmbedding({ ...tinyEncoder({ lib, options }), ...more }).probe(),
  async load(more, texts) {
    const progress: [string, number, number | null][] = [];
    try {
      const files = { model: '/models/tiny-encoder/onnx/model.onnx', tokenizer: '/models/tiny-encoder/tokenizer.json', config: '/models/tiny-encoder/config.json' };
      const model = await embeddings.onnxEmbedding({ ...files, ...options, ...more })
        .load({ onProgress: ({ file, loaded, total }) => void progress.push([file, loaded, total]) });
      const vectors = await model.embed(texts);
      await model.dispose();
      return { vectors: vectors.map((vector) => [...vector]), progress };
    } catch (error) {
      return { problem: error instanceof local.LocalModelError ? error.problem : String(error) };
    }
  },
};
if (scope.document === undefined) {
  local.serveWorker(globalThis, {
    names: () => scope.page.names, run: (name: string) => scope.page.run(name), probe: () => scope.page.probe(),
  });
} else {
  const host = local.createWorkerHost({ spawn: () => new Worker(`/worker.js?${params.toString()}`, { type: 'module' }) as unknown as local.WorkerLike });
  Object.assign(scope, { inWorker: (method: string, args: unknown) => host.call(method, args) });
}
