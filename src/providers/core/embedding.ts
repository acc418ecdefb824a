import { base64ToBytes } from '../../base/bytes.ts';
import { ResponseFormatError } from '../../base/error-classes.ts';
import { asArray, asNumber, asRecord, isRecord, type JsonObject } from '../../base/json.ts';
import { RequestWatch, createRetryingFetch, errorFromResponse, type FetchLike } from '../../http/index.ts';
import { EmbeddingModel, type EmbeddingBackend, type Vector } from '../../model/index.ts';
import type { EmbedOptions } from '../../spec/embedding.ts';
import { authorize, joinUrl, lowerCase } from './authorize.ts';
import type { ProviderAccess, ProviderOptions, WireRequest } from './wire-model.ts';

/** Options of a provider's embedding model. */
export interface EmbeddingOptions extends ProviderOptions {
  /** Numbers per vector, where the model has the choice; default the model's own. */
  readonly dimensions?: number;
  /** Fields added to the request body as they are. */
  readonly providerOptions?: JsonObject;
}

/** What a request for vectors is made of. */
export interface EmbeddingRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** Only when the user asked for it. */
  readonly dimensions: number | undefined;
  readonly purpose: NonNullable<EmbedOptions['purpose']>;
}

/** How a server is asked for vectors. */
export interface EmbeddingVerbs {
  path(model: string): string;
  encode(request: EmbeddingRequest): JsonObject;
}

/** A provider's embedding models as data. */
export interface EmbeddingRow extends ProviderAccess {
  readonly baseUrl: string;
  readonly model: string;
  /** Vector lengths of known models; others are learned from the first answer. */
  readonly dimensions: Readonly<Record<string, number>>;
  readonly maxBatchSize: number | ((model: string) => number);
  readonly verbs: EmbeddingVerbs;
}

/** The embedding model users get for a provider's row and their options. */
export function embeddingModel(row: EmbeddingRow, options: EmbeddingOptions): EmbeddingModel {
  const modelId = options.model ?? row.model;
  const fetch = createRetryingFetch(options.fetch);
  const backend: EmbeddingBackend = {
    provider: row.provider, modelId, dimensions: options.dimensions ?? row.dimensions[modelId] ?? 0,
    maxBatchSize: typeof row.maxBatchSize === 'function' ? row.maxBatchSize(modelId) : row.maxBatchSize,
    doEmbedBatch: (texts, embed) => request(row, options, modelId, texts, embed, fetch),
  };
  return new EmbeddingModel(backend);
}

async function request(
  row: EmbeddingRow, options: EmbeddingOptions, model: string, texts: readonly string[], embed: EmbedOptions, fetch: FetchLike,
): Promise<{ vectors: readonly Vector[]; tokens?: number }> {
  const url = joinUrl((options.baseUrl ?? row.baseUrl).replace(/\/+$/, ''), row.verbs.path(model));
  const body = { ...row.verbs.encode({ model, texts, dimensions: options.dimensions, purpose: embed.purpose ?? 'document' }), ...options.providerOptions };
  const wire: WireRequest = { url, method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...lowerCase(options.headers) } };
  const secrets: string[] = [];
  const context = { provider: row.provider, endpoint: url.replace(/\?.*$/, ''), secrets };
  const { firstChunkMs = 0, totalMs = 600_000 } = options.timeouts ?? {};
  const watch = new RequestWatch({ firstChunkMs, idleMs: 0, totalMs }, context, embed.signal);
  try {
    const headers = { ...wire.headers, ...await authorize(row, options, wire, secrets) };
    const response = await watch.race(fetch(url, { method: 'POST', headers, body: wire.body, signal: watch.signal }));
    if (!response.ok) throw await errorFromResponse(response, context);
    return readEmbeddings(await watch.race(response.text()), context);
  } catch (error) {
    throw watch.failure(error);
  } finally {
    watch.close();
  }
}

/** The vectors of an answer in any provider's form. */
function readEmbeddings(text: string, { provider, endpoint }: { provider: string; endpoint: string }): { vectors: readonly Vector[]; tokens?: number } {
  let body: Record<string, unknown>;
  try {
    body = asRecord(JSON.parse(text));
  } catch {
    throw new ResponseFormatError(`${provider} error: the answer is not JSON: ${JSON.stringify(text.slice(0, 80))}`, { provider, endpoint, retryable: true });
  }
  const { embeddings } = body;
  const found = isRecord(embeddings) ? asArray(embeddings['float'])
    : Array.isArray(embeddings) ? embeddings.map((item: unknown) => asRecord(item)['values'] ?? asRecord(item)['embedding'] ?? item)
      : Array.isArray(body['embedding']) ? [body['embedding']]
        : Array.isArray(body['predictions']) ? body['predictions'].map((item: unknown) => asRecord(asRecord(item)['embeddings'])['values'])
          : asArray(body['data']).map(asRecord).sort((a, b) => (asNumber(a['index']) ?? 0) - (asNumber(b['index']) ?? 0)).map((item) => item['embedding']);
  const vectors = found.map((vector) => {
    if (typeof vector === 'string') return readFloats(vector);
    if (Array.isArray(vector) && vector.every((number) => typeof number === 'number')) return vector;
    throw new ResponseFormatError(`${provider} error: the answer holds something that is not a vector`, { provider, endpoint });
  });
  const usage = asRecord(body['usage']);
  const tokens = asNumber(usage['prompt_tokens']) ?? asNumber(usage['total_tokens']) ?? asNumber(body['inputTextTokenCount'])
    ?? asNumber(asRecord(asRecord(body['meta'])['billed_units'])['input_tokens']) ?? asNumber(asRecord(body['usageMetadata'])['promptTokenCount']);
  return { vectors, ...(tokens === undefined ? {} : { tokens }) };
}

/** Base64 of little-endian 32-bit floats. */
function readFloats(base64: string): Float32Array {
  const bytes = base64ToBytes(base64);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getFloat32(i * 4, true));
}
