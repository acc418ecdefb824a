import { AbortedError } from '../../../src/base/error-classes.ts';
import type * as embeddings from '../../../src/local/embeddings/index.ts';
import { LocalModelError } from '../../../src/local/index.ts';
import { weights } from '../onnx/model-files.ts';
import { difference, type EmbeddingHost, LONG, SENTENCES, tinyEncoder, vectorOf } from './embedding-suite.ts';

/** How much of what. */
export interface SoakPlan {
  readonly seed: number;
  readonly calls: number;
  /** Calls under way at once. */
  readonly parallel: number;
  /** Loads among the calls, as a share of 1. */
  readonly loads: number;
}

/** How the calls of a soak ended: counts by outcome, and everything that was wrong. */
export interface SoakResult {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
}

const TEXTS = [...SENTENCES, LONG];
const BAD = 0.1;
const ABORTED = 0.1;

/**
 * Mixed calls, many at once: embedding, bad texts, aborts at any moment, loading, damaged models, disposing of a model that
 * computes. Each either gives the vectors of the definition or the error that belongs to it.
 */
export async function embeddingSoak(host: EmbeddingHost, { seed, calls, parallel, loads }: SoakPlan): Promise<SoakResult> {
  const { onnxEmbedding } = host.lib;
  const numbers = weights(seed, calls * 8, 1);
  let next = 0;
  const random = (): number => ((numbers[next++ % numbers.length] as number) + 1) / 2;
  const outcomes: Record<string, number> = {};
  const wrong: string[] = [];
  const expected = new Map(TEXTS.map((text) => [text, vectorOf(text)]));
  const options = { ...tinyEncoder(host), batchSize: 2 };
  const lenient = await onnxEmbedding(options).load();
  const strict = await onnxEmbedding({ ...options, truncate: false }).load();
  const count = (outcome: string): void => { outcomes[outcome] = (outcomes[outcome] ?? 0) + 1; };

  const some = (): string[] => Array.from({ length: 1 + Math.floor(random() * 3) }, () => TEXTS[Math.floor(random() * TEXTS.length)] as string);

  async function embed(model: embeddings.LocalEmbeddingModel, signal?: AbortSignal): Promise<string> {
    const texts = some();
    const vectors = await model.embed(texts, signal ? { signal } : {});
    const off = Math.max(...texts.map((text, i) => difference(vectors[i] as ArrayLike<number>, expected.get(text) as number[])));
    if (off > 1e-5) wrong.push(`${JSON.stringify(texts)} are off by ${off}`);
    return 'vectors';
  }

  async function fails(kind: string, work: Promise<unknown>): Promise<string> {
    const error: unknown = await work.then(() => 'it gave an answer', (thrown: unknown) => thrown);
    const got = error instanceof LocalModelError ? error.problem : error instanceof AbortedError ? 'aborted' : String(error);
    if (got !== kind) wrong.push(`expected ${kind}, got ${got}`);
    return kind;
  }

  /** Ends in vectors when the abort came too late. */
  async function aborted(): Promise<string> {
    const stop = new AbortController();
    const work = embed(lenient, stop.signal).catch((error: unknown) => error);
    for (let turns = Math.floor(random() * 30); turns > 0; turns--) await Promise.resolve();
    if (random() < 0.5) await new Promise((resolve) => { setTimeout(resolve, random() * 4); });
    stop.abort();
    const result = await work;
    if (result === 'vectors') return 'vectors';
    if (!(result instanceof AbortedError)) wrong.push(`expected aborted, got ${String(result)}`);
    return 'aborted';
  }

  async function load(): Promise<string> {
    const kind = random();
    if (kind < 0.3) return fails('corrupt', onnxEmbedding({ ...options, model: (options.model as Uint8Array).slice(0, 500 + Math.floor(random() * 1000)) }).load());
    if (kind < 0.5) {
      const stop = new AbortController();
      const work = onnxEmbedding(options).load({ signal: stop.signal });
      for (let turns = Math.floor(random() * 60); turns > 0; turns--) await Promise.resolve();
      stop.abort();
      return fails('aborted', work);
    }
    const model = await onnxEmbedding(options).load();
    if (kind < 0.7) {
      const work = fails('aborted', model.embed([...TEXTS, ...TEXTS]));
      await model.dispose();
      return work;
    }
    const outcome = await embed(model);
    await model.dispose();
    return outcome;
  }

  const call = (): Promise<string> => {
    const kind = random();
    if (kind < BAD / 2) return fails('bad-input', strict.embed([...some().filter((text) => text !== LONG), LONG]));
    if (kind < BAD) return fails('bad-input', lenient.embed([null as unknown as string, ...some()]));
    if (kind < BAD + ABORTED) return aborted();
    return kind < BAD + ABORTED + loads ? load() : embed(lenient);
  };

  let started = 0;
  const work = async (): Promise<void> => {
    while (started < calls) {
      started++;
      count(await call().catch((error: unknown) => {
        wrong.push(error instanceof Error ? `${error.message} ${error.stack ?? ''}` : String(error));
        return 'untyped';
      }));
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  await embed(lenient);
  await Promise.all([lenient.dispose(), strict.dispose()]);
  return { outcomes, wrong };
}
