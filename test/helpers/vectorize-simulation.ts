import type {
  Vectorize, VectorizeAsyncMutation, VectorizeIndexInfo, VectorizeMatches, VectorizeQueryOptions, VectorizeVector,
} from '@cloudflare/workers-types';
import type { VectorizeIndexBinding } from '../../src/stores/vectorize/index.ts';

/** Compiles only while the store takes a real binding as it is. */
export const asBinding = (index: Vectorize): VectorizeIndexBinding => index;

interface Simulated { readonly values: readonly number[]; readonly namespace: string | undefined; readonly metadata: Record<string, unknown> }

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * A Vectorize index as its documentation describes it, with the documented limits, in this process. There is no simulation
 * by Cloudflare itself. Unlike the service it shows a write at once.
 */
export class SimulatedVectorize implements Vectorize {
  readonly #vectors = new Map<string, Simulated>();
  readonly #dimensions: number;
  readonly #metric: 'cosine' | 'dot-product' | 'euclidean';
  readonly #indexes: readonly string[];
  #mutations = 0;

  constructor(dimensions: number, metric: 'cosine' | 'dot-product' | 'euclidean' = 'cosine', indexes: readonly string[] = []) {
    this.#dimensions = dimensions;
    this.#metric = metric;
    this.#indexes = indexes;
  }

  describe(): Promise<VectorizeIndexInfo> {
    return Promise.resolve({ vectorCount: this.#vectors.size, dimensions: this.#dimensions, processedUpToDatetime: 0, processedUpToMutation: this.#mutations });
  }

  async query(vector: ArrayLike<number>, options: VectorizeQueryOptions = {}): Promise<VectorizeMatches> {
    await Promise.resolve();
    const { topK = 5, namespace, returnMetadata = 'none', returnValues = false, filter = {} } = options;
    const withData = returnValues || returnMetadata === 'all' || returnMetadata === true;
    if (topK < 1 || topK > (withData ? 20 : 100)) throw new Error(`VECTOR_QUERY_ERROR (code = 40025): topK ${topK} is over the limit`);
    if (bytesOf(JSON.stringify(filter)).length > 2048) throw new Error('VECTOR_QUERY_ERROR: the filter is too large');
    if (vector.length !== this.#dimensions) throw new Error('VECTOR_QUERY_ERROR: wrong dimensions');
    const matches = [...this.#vectors].filter(([, { namespace: own }]) => namespace === undefined || own === namespace)
      .filter(([, { metadata }]) => Object.entries(filter).every(([field, tests]) => this.#passes(metadata, field, tests)))
      .map(([id, { values, metadata, namespace: own }]) => ({
        id, score: this.#score(vector, values), ...(own === undefined ? {} : { namespace: own }), ...(withData ? { metadata: metadata as Record<string, string> } : {}),
      }))
      .sort((a, b) => (this.#metric === 'euclidean' ? a.score - b.score : b.score - a.score)).slice(0, topK);
    return { matches, count: matches.length };
  }

  queryById(): Promise<VectorizeMatches> {
    return Promise.reject(new Error('Not simulated'));
  }

  insert(vectors: VectorizeVector[]): Promise<VectorizeAsyncMutation> {
    return this.upsert(vectors.filter(({ id }) => !this.#vectors.has(id)));
  }

  async upsert(vectors: VectorizeVector[]): Promise<VectorizeAsyncMutation> {
    await Promise.resolve();
    if (vectors.length > 1000) throw new Error('VECTOR_UPSERT_ERROR: over 1,000 vectors in a batch');
    for (const { id, values, namespace = '', metadata = {} } of vectors) {
      if (id === '' || bytesOf(id).length > 64) throw new Error('VECTOR_UPSERT_ERROR (code = 40008): an id is longer than 64 bytes');
      if (bytesOf(namespace).length > 64) throw new Error('VECTOR_UPSERT_ERROR: a namespace is longer than 64 bytes');
      if (values.length !== this.#dimensions) throw new Error('VECTOR_UPSERT_ERROR (code = 40012): wrong dimensions');
      if (bytesOf(JSON.stringify(metadata)).length > 10_240) throw new Error('VECTOR_UPSERT_ERROR: over 10 KiB of metadata');
      for (const key of Object.keys(metadata)) if (key === '' || key.startsWith('$') || /[."]/.test(key)) throw new Error(`VECTOR_UPSERT_ERROR: metadata key ${key}`);
    }
    for (const { id, values, namespace, metadata } of vectors) {
      this.#vectors.set(id, { values: [...Float32Array.from(values)], namespace, metadata: structuredClone(metadata ?? {}) });
    }
    return { mutationId: String(++this.#mutations) };
  }

  async deleteByIds(ids: string[]): Promise<VectorizeAsyncMutation> {
    await Promise.resolve();
    if (ids.length > 100) throw new Error('VECTOR_DELETE_ERROR (code = 40007): too many ids in payload; max id count is 100');
    for (const id of ids) this.#vectors.delete(id);
    return { mutationId: String(++this.#mutations) };
  }

  async getByIds(ids: string[]): Promise<VectorizeVector[]> {
    await Promise.resolve();
    if (ids.length > 20) throw new Error('VECTOR_GET_ERROR (code = 40007): too many ids in payload; max id count is 20');
    // In no particular order, and without those that are not there.
    return ids.flatMap((id) => {
      const found = this.#vectors.get(id);
      return found === undefined ? [] : [{ id, values: [...found.values], ...(found.namespace === undefined ? {} : { namespace: found.namespace }), metadata: found.metadata as Record<string, string> }];
    }).toReversed();
  }

  #passes(metadata: Record<string, unknown>, field: string, tests: unknown): boolean {
    if (!this.#indexes.includes(field)) throw new Error(`VECTOR_QUERY_ERROR: there is no metadata index on ${field}`);
    const indexed = (value: unknown): unknown => (typeof value === 'string' ? new TextDecoder().decode(bytesOf(value).slice(0, 64)) : value);
    const value = indexed(metadata[field]) as number;
    const list = typeof tests === 'object' && tests !== null ? Object.entries(tests) : [['$eq', tests] as const];
    return list.every(([name, given]) => {
      const wanted = given as number;
      if (name === '$eq') return value === indexed(wanted);
      if (name === '$ne') return value !== indexed(wanted);
      if (name === '$in') return (given as unknown[]).map(indexed).includes(value);
      if (name === '$nin') return !(given as unknown[]).map(indexed).includes(value);
      if (typeof value !== typeof wanted) return false;
      return name === '$lt' ? value < wanted : name === '$lte' ? value <= wanted : name === '$gt' ? value > wanted : value >= wanted;
    });
  }

  #score(a: ArrayLike<number>, b: readonly number[]): number {
    let [dot, squareA, squareB, distance] = [0, 0, 0, 0];
    for (let i = 0; i < b.length; i++) {
      const [x, y] = [a[i] as number, b[i] as number];
      dot += x * y;
      squareA += x * x;
      squareB += y * y;
      distance += (x - y) ** 2;
    }
    if (this.#metric === 'euclidean') return Math.sqrt(distance);
    return this.#metric === 'dot-product' ? dot : dot / Math.sqrt(squareA * squareB);
  }
}
