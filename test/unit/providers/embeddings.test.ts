import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ValidationError, type ProviderError } from '../../../src/base/error-classes.ts';
import { asArray, asRecord, asString } from '../../../src/base/json.ts';
import { EmbeddingModel } from '../../../src/model/index.ts';
import { bedrockEmbedding } from '../../../src/providers/bedrock.ts';
import { cohereEmbedding } from '../../../src/providers/cohere.ts';
import { geminiEmbedding } from '../../../src/providers/gemini.ts';
import { mistralEmbedding } from '../../../src/providers/mistral.ts';
import { openaiEmbedding } from '../../../src/providers/openai.ts';
import { openaiCompatibleEmbedding } from '../../../src/providers/openai-compat.ts';
import { openrouterEmbedding } from '../../../src/providers/openrouter.ts';
import { bodyOf, readRecordings, type Recording } from '../../helpers/recordings.ts';
import { startReplayServer, type ReplayServer } from '../../helpers/replay-server.ts';

const recordings = readRecordings().filter(({ index }) => index.dialect === 'embeddings');
const byId = new Map(recordings.map((recording) => [recording.index.id, recording]));

/** The texts of a recorded request. */
function textsOf({ wire }: Recording): string[] {
  const body = asRecord(wire.requestBody);
  const list = body['input'] ?? body['texts'] ?? body['inputText'] ?? asRecord(asRecord(asRecord(body['singleEmbeddingParams'])['text'])['value'])
    ?? undefined;
  if (typeof list === 'string') return [list];
  if (Array.isArray(list)) return list as string[];
  const parts = [...asArray(body['requests']).map((one) => asRecord(asArray(asRecord(asRecord(one)['content'])['parts'])[0])['text']), ...asArray(body['instances']).map((one) => asRecord(one)['content'])];
  return parts.length > 0 ? parts.map((text) => asString(text) ?? '') : ['x'];
}

const make: Readonly<Record<string, (baseUrl: string, model: string) => EmbeddingModel>> = {
  openai: (baseUrl, model) => openaiEmbedding({ baseUrl, model, apiKey: 'k' }),
  azure: (baseUrl, model) => openaiCompatibleEmbedding({ baseUrl, model, provider: 'azure' }),
  openrouter: (baseUrl, model) => openrouterEmbedding({ baseUrl, model, apiKey: 'k' }),
  mistral: (baseUrl, model) => mistralEmbedding({ baseUrl, model, apiKey: 'k' }),
  voyage: (baseUrl, model) => openaiCompatibleEmbedding({ baseUrl, model, quirks: { dimensionsField: 'output_dimension', inputType: true, base64: true } }),
  cohere: (baseUrl, model) => cohereEmbedding({ baseUrl, model, apiKey: 'k' }),
  google: (baseUrl, model) => geminiEmbedding({ baseUrl, model, apiKey: 'k' }),
  'google-vertex': (baseUrl, model) => geminiEmbedding({ baseUrl, model, apiKey: 'k', accessToken: true }),
  bedrock: (baseUrl, model) => bedrockEmbedding({ baseUrl, model, apiKey: 'k' }),
};

let server: ReplayServer;
const flaky = new Set<string>();
beforeAll(async () => {
  server = await startReplayServer((id, attempt) => {
    const recording = byId.get(id.replace(/^flaky-/, ''));
    if (id.startsWith('flaky-') && attempt < 3) {
      flaky.add(id);
      return { status: attempt === 1 ? 529 : 429, headers: { 'retry-after': '0', 'content-type': 'application/json' }, chunks: [Buffer.from('{}')] };
    }
    return recording && { status: recording.wire.status, headers: recording.wire.headers, chunks: [bodyOf(recording)] };
  });
});
afterAll(() => server.close());

describe('recorded embeddings, served over a socket', () => {
  it.each(recordings.map((recording) => [recording.index.id, recording.index.provider, recording] as const))('%s (%s)', async (id, provider, recording) => {
    const { expect: expected } = recording.index;
    const model = /models?\/([^:/]+(?::\d)?)/.exec(decodeURIComponent(recording.wire.path))?.[1] ?? asString(asRecord(recording.wire.requestBody)['model']) ?? 'm';
    const embedding = make[provider]!(server.address(id), model);
    if (expected?.error) {
      await expect(embedding.embed(textsOf(recording))).rejects.toMatchObject({ name: 'ModelNotFoundError', status: expected.error.status, detail: expected.error.message });
      return;
    }
    const response = await embedding.embed(textsOf(recording));
    const known = expected?.embedding;
    expect(response.every((vector) => vector.length > 100)).toBe(true);
    expect(response.length).toBe(known?.count ?? 1);
    if (known && !known.base64) {
      expect(response.map((vector) => vector.length)).toEqual(known.dims);
      for (const [i, head] of known.head.entries()) expect(Array.from(response[i]!).slice(0, 3)).toEqual(head);
    }
    if (typeof known?.tokens === 'number') expect(response.usage?.promptTokens).toBe(known.tokens);
    expect(embedding.dimensions).toBe(response[0]?.length);
  });

  it('Vertex AI is asked in its own form, with an access token', async () => {
    const recording = recordings.find(({ index }) => index.provider === 'google-vertex')!;
    const { instances, parameters } = recording.wire.requestBody as { instances: { content: string }[]; parameters: { outputDimensionality: number } };
    const { id } = recording.index;
    const before = server.seen(id).length;
    await geminiEmbedding({ baseUrl: server.address(id), model: 'text-embedding-004', apiKey: 'token', accessToken: true, dimensions: parameters.outputDimensionality }).embed([instances[0]!.content]);
    const seen = server.seen(id)[before]!;
    // We also say what the text is for.
    expect(JSON.parse(seen.body)).toEqual({ instances: [{ ...instances[0], task_type: 'RETRIEVAL_DOCUMENT' }], parameters });
    expect(seen.path).toBe('/models/text-embedding-004:predict');
    expect(recording.wire.path.endsWith(`/publishers/google${seen.path}`)).toBe(true);
    expect(seen.headers.authorization).toBe('Bearer token');
  });

  it('base64 floats are read as the numbers they are', async () => {
    const recording = recordings.find(({ index }) => index.provider === 'voyage')!;
    const [vector] = await make['voyage']!(server.address(recording.index.id), 'voyage-3.5').embed(['x']);
    const bytes = Buffer.from((JSON.parse(recording.wire.body!) as { data: { embedding: string }[] }).data[0]!.embedding, 'base64');
    expect(vector!.length).toBe(bytes.length / 4);
    expect(vector![5]).toBe(bytes.readFloatLE(20));
    expect(Math.hypot(...Array.from(vector!))).toBeCloseTo(1, 3);
  });

  it('a request is repeated after 529 and 429', async () => {
    const id = `flaky-${recordings[0]!.index.id}`;
    const response = await openaiEmbedding({ baseUrl: server.address(id), apiKey: 'k' }).embed(['x']);
    expect(response[0]?.length).toBe(1536);
    expect(server.seen(id)).toHaveLength(3);
  });
});

describe('EmbeddingModel', () => {
  it('splits into batches and keeps the order', async () => {
    const sizes: number[] = [];
    const model = new EmbeddingModel({
      provider: 'p', modelId: 'm', dimensions: 1, maxBatchSize: 3,
      doEmbedBatch: async (texts) => {
        sizes.push(texts.length);
        return { vectors: texts.map((text) => [Number(text)]), tokens: texts.length };
      },
    });
    const response = await model.embed(Array.from({ length: 10 }, (_, i) => String(i)));
    expect(response.map(([number]) => number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(sizes).toEqual([3, 3, 3, 1]);
    expect([response.embeddings.length, response.usage?.promptTokens, response.model]).toEqual([10, 10, 'm']);
  });

  it('a handler, a subclass, and a wrong number of vectors', async () => {
    const byHandler = EmbeddingModel.fromJsHandler('h', 2, async (texts) => texts.map(() => [0, 1]));
    expect(await byHandler.doEmbed(['a', 'b'])).toEqual([[0, 1], [0, 1]]);
    class MyEmbedder extends EmbeddingModel {
      constructor() { super({ modelId: 'mine', dimensions: 2 }); }
      override async embed(texts: readonly string[]): Promise<never> { return { embeddings: texts.map(() => [1, 2]), model: 'mine' } as never; }
    }
    expect(await new MyEmbedder().doEmbed(['a'])).toEqual([[1, 2]]);
    await expect(EmbeddingModel.fromJsHandler('h', 2, () => []).embed(['a'])).rejects.toThrow(ValidationError);
  });

  it('a wrong key is a typed error and never shown', async () => {
    const fetch = async (): Promise<Response> => Response.json({ error: { message: 'bad key sk-very-secret' } }, { status: 401 });
    const error = await openaiEmbedding({ apiKey: 'sk-very-secret', fetch }).embed(['x']).catch((thrown: unknown) => thrown as ProviderError) as ProviderError;
    expect(error.name).toBe('AuthError');
    expect(JSON.stringify(error) + String(error.stack)).not.toContain('very-secret');
  });
});
