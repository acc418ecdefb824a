// A model that comes in pieces into a ModelCache and is computed from there: the same on every host.
import type * as embeddings from '../../../src/local/embeddings/index.ts';
import { LocalModelError, type LocalBackend, type ModelCache } from '../../../src/local/index.ts';
import { difference, SENTENCES, vectorOf } from './embedding-suite.ts';
import type { PieceRequest } from './pieces-server.ts';

export type Lib = Pick<typeof embeddings, 'onnxEmbedding' | 'transformersEmbedding'>;

/** What a host needs for its runtimes. */
export interface RuntimePlace { readonly wasm?: string; readonly wasmPaths?: string }

/** Backends by name, over files at an address. */
export function cachedBackends(lib: Lib, { wasm, wasmPaths }: RuntimePlace): Readonly<Record<'onnx' | 'transformers', (address: string, files: ModelCache) => LocalBackend<embeddings.LocalEmbeddingModel>>> {
  return {
    onnx: (address, files) => lib.onnxEmbedding({
      model: `${address}/tiny-encoder/onnx/model.onnx`, tokenizer: `${address}/tiny-encoder/tokenizer.json`, config: `${address}/tiny-encoder/config.json`, files,
      ...(wasm ? { wasm } : {}),
    }),
    transformers: (address, files) => lib.transformersEmbedding({ model: 'tiny-encoder', modelPath: address, files, ...(wasmPaths ? { wasmPaths } : {}) }),
  };
}

export interface CachedModelReport {
  /** What each load ended with, until one did not fail. */
  readonly problems: readonly string[];
  /** Answers of the server for the weights: of these loads, and of all. */
  readonly weights: { readonly first: readonly (readonly [number, boolean])[]; readonly again: number; readonly afterDelete: number };
  /** How far the vectors are from those of the definition, at most. */
  readonly off: number;
  /** Whether progress of the weights only grew, also from one load to the next. */
  readonly grew: boolean;
  /** Bytes of the weights in the cache. */
  readonly stored: number | undefined;
}

/** Loads until it works, again from the cache, and once more after the cache was emptied. */
export async function loadInPieces(open: (address: string, files: ModelCache) => LocalBackend<embeddings.LocalEmbeddingModel>, address: string, cache: ModelCache): Promise<CachedModelReport> {
  const backend = open(address, cache);
  const requests = async (): Promise<PieceRequest[]> => {
    const log = await (await fetch(`${address}/log`)).json() as PieceRequest[];
    return log.filter(({ path }) => path.endsWith('.onnx'));
  };
  const problems: string[] = [];
  const seen: number[] = [];
  let off = 0;
  const run = async (): Promise<void> => {
    const model = await backend.load({ onProgress: ({ file, loaded, total }) => {
      if (!file.endsWith('.onnx')) return;
      seen.push(loaded);
      if (total === null || loaded < total) void fetch(`${address}/drop`);
    } });
    const vectors = await model.embed(SENTENCES);
    off = Math.max(off, ...SENTENCES.map((text, i) => difference(vectors[i] as ArrayLike<number>, vectorOf(text))));
    await model.dispose();
  };
  while (problems.length < 5) {
    try {
      await run();
      break;
    } catch (error) {
      problems.push(error instanceof LocalModelError && error.problem === 'offline' ? error.problem : String(error));
    }
  }
  const first = (await requests()).map(({ range, status }) => [status, range !== null] as const);
  const grew = seen.every((loaded, i) => i === 0 || loaded >= (seen[i - 1] as number));
  const stored = (await cache.list()).find(({ url, complete }) => complete && url.endsWith('.onnx'))?.bytes;
  await run();
  const again = (await requests()).length - first.length;
  for (const { url } of await cache.list()) await cache.delete(url);
  await run();
  return { problems, weights: { first, again, afterDelete: (await requests()).length - first.length - again }, off, grew, stored };
}
