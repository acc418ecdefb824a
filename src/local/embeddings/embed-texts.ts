import { delay } from '../../base/delay.ts';
import { LocalModelError } from '../../base/error-classes.ts';
import type { EmbedOptions } from '../../spec/embedding.ts';
import { batchesByLength } from './batches.ts';
import { pool, type Pooling, type States } from './pooling.ts';
import { badInput, type TokenRow } from './text-tokens.ts';

/** How vectors are made of what the model gives. */
export interface VectorOptions {
  /** How one vector is made of those of the tokens. Default 'mean'. */
  readonly pooling?: Pooling;
  /** Whether vectors get the length 1. Default true. */
  readonly normalize?: boolean;
  /** What some models want before a text, such as `query: ` and `passage: `. Default: nothing. */
  readonly prefix?: { readonly query?: string; readonly document?: string };
}

/** A runtime that embeds: texts to tokens, tokens to states. */
export interface Embedder {
  row(text: string): TokenRow;
  states(rows: readonly TokenRow[], signal: AbortSignal): Promise<States>;
}

/** The vector of each text, and how many tokens they had. */
export async function embedTexts(
  embedder: Embedder, texts: readonly string[], { pooling = 'mean', normalize = true, prefix }: VectorOptions, purpose: EmbedOptions['purpose'],
  batchSize: number, signal: AbortSignal,
): Promise<{ vectors: Float32Array[]; tokens: number }> {
  const before = prefix?.[purpose ?? 'document'] ?? '';
  const rows = texts.map((text) => {
    if (typeof text !== 'string') throw badInput('a text is not a string', 'Pass strings');
    return embedder.row(before + text);
  });
  const vectors: Float32Array[] = [];
  for (const [number, batch] of batchesByLength(rows, batchSize).entries()) {
    // On the main thread nothing else happens during a batch: between two of them the page may answer, and abort.
    if (number > 0) await delay(0, signal);
    const some = batch.map((place) => rows[place] as TokenRow);
    const found = pool(await embedder.states(some, signal), some, pooling, normalize);
    batch.forEach((place, i) => { vectors[place] = found[i] as Float32Array; });
  }
  return { vectors, tokens: rows.reduce((sum, { ids }) => sum + ids.length, 0) };
}

/** Changes when the same model gives other vectors; kept beside each vector. */
export function versionOf({ pooling = 'mean', normalize = true, prefix }: VectorOptions): string {
  return [pooling, ...(normalize ? [] : ['raw']), ...(prefix?.document ? [JSON.stringify(prefix.document)] : [])].join(',');
}

/** The output that holds the states. @throws LocalModelError 'unsupported' */
export function checkStates(name: string, output: { readonly data: unknown; readonly dims: readonly number[] } | undefined, rows: number): States {
  if (output?.data instanceof Float32Array && output.dims[0] === rows && (output.dims.length === 3 || output.dims.length === 2)) return { data: output.data, dims: output.dims };
  throw new LocalModelError(`Cannot use '${name}': it gives no vectors of 32-bit floats`, { problem: 'unsupported', fix: 'Choose a model for embeddings, exported with 32-bit outputs' });
}
