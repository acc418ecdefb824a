import { type LoadProgress, ModelCache, type WorkerCall } from 'blazen-ts/local';
import { transformersChat } from 'blazen-ts/local/chat';
import { onnxEmbedding } from 'blazen-ts/local/embeddings';
import { whisper } from 'blazen-ts/local/transcription';
import { type AnswerPassage, checkQuotes, CITATION_RULES, packContext } from 'blazen-ts/rag';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { ModelEntry, ModelRow, Written } from './models.ts';

/** The address of the models, beside the page. */
const base = new URL('../models', self.location.href).href;
const cache = ModelCache.create('blazen-demo-models', { baseUrl: base });

/** Of the runtime in this worker, whichever model it computes. */
const wasmUrl = new URL(wasm, self.location.href).href;

/** Small models have little room: sources and answer must fit. */
const CONTEXT_TOKENS = 1_500, ANSWER_TOKENS = 400;

const backends = {
  chat: ({ id }: ModelEntry) => transformersChat({ model: id, modelPath: `${base}/`, wasmPaths: { wasm: wasmUrl }, files: cache }),
  speech: ({ id, files }: ModelEntry) => whisper({ model: `${base}/${id}/${files.find(({ path }) => path.endsWith('.bin'))?.path}`, files: cache }),
  search: ({ id, files }: ModelEntry) => onnxEmbedding({
    model: `${base}/${id}/${files.find(({ path }) => path.endsWith('.onnx'))?.path}`, tokenizer: `${base}/${id}/tokenizer.json`, config: `${base}/${id}/config.json`,
    modelId: id, wasm: wasmUrl, files: cache,
  }),
};

let chat: Awaited<ReturnType<ReturnType<typeof backends.chat>['load']>> | null = null;
let speech: Awaited<ReturnType<ReturnType<typeof backends.speech>['load']>> | null = null;
let search: Awaited<ReturnType<ReturnType<typeof backends.search>['load']>> | null = null;

/** What the page may ask of the worker in which a model runs. Terminating the worker gives the model's memory back. */
export const modelMethods = {
  async list(entries: readonly ModelEntry[]): Promise<ModelRow[]> {
    const stored = new Map((await cache.list()).map(({ url, bytes }) => [url, bytes]));
    return Promise.all(entries.map(async (entry) => {
      const probe = await backends[entry.kind](entry).probe();
      return {
        ...entry,
        bytes: entry.files.reduce((sum, { bytes }) => sum + bytes, 0),
        stored: entry.files.reduce((sum, { path }) => sum + (stored.get(`${base}/${entry.id}/${path}`) ?? 0), 0),
        problem: probe.ok ? null : `${probe.reason}. ${probe.fix}`,
      };
    }));
  },

  async download({ id, files }: ModelEntry, { signal, progress }: WorkerCall<number>): Promise<void> {
    let before = 0;
    for (const { path, bytes, sha256 } of files) {
      await cache.download(id, path, (loaded) => progress(before + Number(loaded)), { signal, sha256 });
      before += bytes;
    }
  },

  async remove({ id, files }: ModelEntry): Promise<void> {
    for (const { path } of files) await cache.delete(`${base}/${id}/${path}`);
  },

  async load(entry: ModelEntry, { signal, progress }: WorkerCall<LoadProgress>): Promise<void> {
    const options = { signal, onProgress: progress };
    if (entry.kind === 'chat') chat = await backends.chat(entry).load(options);
    else if (entry.kind === 'speech') speech = await backends.speech(entry).load(options);
    else search = await backends.search(entry).load(options);
  },

  /** The text so far comes as progress. */
  async write({ question, passages }: { question: string; passages: readonly AnswerPassage[] }, { signal, progress }: WorkerCall<string>): Promise<Written> {
    if (chat === null) throw new Error('No model is loaded');
    const sources = packContext(passages, { maxTokens: CONTEXT_TOKENS });
    const messages = [
      { role: 'system', content: CITATION_RULES },
      { role: 'user', content: `Sources:\n\n${sources.text}\n\nQuestion: ${question}` },
    ] as const;
    let text = '';
    for await (const { delta } of chat.stream(messages, { signal, maxTokens: ANSWER_TOKENS })) {
      if (delta === undefined) continue;
      text += delta;
      progress(text);
    }
    const { citations, problems } = checkQuotes(text, sources.passages);
    return { text, citations, unsupported: problems.map(({ quote }) => quote) };
  },

  async embed({ texts, purpose }: { texts: readonly string[]; purpose: 'document' | 'query' }, { signal }: WorkerCall): Promise<readonly Float32Array[]> {
    if (search === null) throw new Error('No model is loaded');
    return await search.doEmbed(texts, { purpose, signal }) as readonly Float32Array[];
  },

  async transcribe(samples: Float32Array, { signal, progress }: WorkerCall<number>): Promise<string> {
    if (speech === null) throw new Error('No model is loaded');
    return (await speech.transcribe({ audio: samples, signal, onProgress: progress })).text;
  },
};
