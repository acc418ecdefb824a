import { throwIfAborted } from '../../base/abort.ts';
import { LocalModelError } from '../../base/error-classes.ts';
import { type LocalBackend, type LoadOptions, probeError } from '../local-backend.ts';
import { absent, loadPackage, requireWasm } from '../requirements.ts';
import { type GuardedPipeline, openPipeline, type PipelineLike, type TransformersLib, type TransformersOptions } from '../transformers-lib.ts';
import { SPEECH_RATE } from './audio.ts';
import { ACTION, LocalTranscription } from './local-transcription.ts';
import type { TranscriptionRequest, TranscriptionResult, TranscriptionSegment } from './transcription.ts';
import { windows } from './windows.ts';

/** What the pipeline 'automatic-speech-recognition' gives. */
interface Heard {
  readonly text: string;
  /** Seconds; the end is missing when the sound goes on. */
  readonly chunks?: readonly { readonly text: string; readonly timestamp: readonly [number, number | null] }[];
}
interface SpeechPipeline extends PipelineLike {
  (samples: Float32Array, options: object): Promise<Heard>;
  readonly model: PipelineLike['model'] & { readonly config: { readonly model_type?: string; readonly vocab_size?: number } };
  readonly tokenizer: { readonly timestamp_begin?: number };
}

/** The package with what transcription needs of it. */
export interface TransformersSpeechLib extends TransformersLib {
  readonly InterruptableStoppingCriteria: new () => { interrupt(): void };
}

/** A speech model for transformers.js and where it is. */
export type TransformersTranscriptionOptions = TransformersOptions<TransformersSpeechLib>;

/**
 * Transcription by `@huggingface/transformers` on `onnxruntime-web` (optional peers): whisper, moonshine, wav2vec2 and their
 * kin, in any page, in Node and Deno. Model and WebAssembly come from where you say, never from a hub or CDN.
 *
 * It hears half a minute at a time, cut where it is quiet. Models of several languages take English when the request names
 * none.
 *
 * @example
 * const model = await transformersTranscription({ model: 'whisper-tiny', modelPath: '/models/', wasmPaths: '/ort/' }).load();
 * const { segments } = await model.transcribe({ audio: file, language: 'en' });
 */
export function transformersTranscription(options: TransformersTranscriptionOptions): LocalBackend<TransformersTranscription> {
  const name = `transformers:${options.model}`;
  const probe = (signal: AbortSignal | undefined): ReturnType<typeof requireWasm> => {
    throwIfAborted(signal, `The probe of '${name}'`);
    return requireWasm();
  };
  return {
    name,
    probe: async ({ signal } = {}) => probe(signal),
    async load(load: LoadOptions = {}) {
      const found = probe(load.signal);
      if (!found.ok) throw probeError(name, found);
      const opened = await openPipeline<SpeechPipeline>('automatic-speech-recognition', options, load);
      const lib = await loadPackage('@huggingface/transformers', options.lib ?? (() => import('@huggingface/transformers').catch(absent) as Promise<unknown> as Promise<TransformersSpeechLib>));
      return new TransformersTranscription(name, opened, lib);
    },
  };
}

/** A speech model of transformers.js that is loaded. */
export class TransformersTranscription extends LocalTranscription {
  readonly #opened: GuardedPipeline<SpeechPipeline>;
  readonly #lib: TransformersSpeechLib;

  constructor(name: string, opened: GuardedPipeline<SpeechPipeline>, lib: TransformersSpeechLib) {
    super('transformers', name);
    this.#opened = opened;
    this.#lib = lib;
  }

  protected override release(): Promise<unknown> {
    return this.#opened.pipeline.dispose();
  }

  protected override async hear(samples: Float32Array, { language, translate = false, onProgress, onSegment }: TranscriptionRequest, signal: AbortSignal): Promise<TranscriptionResult> {
    const { pipeline } = this.#opened;
    const started = Date.now();
    const stopping = new this.#lib.InterruptableStoppingCriteria();
    const interrupt = (): void => stopping.interrupt();
    signal.addEventListener('abort', interrupt);
    const options = {
      stopping_criteria: stopping, return_timestamps: (pipeline.tokenizer.timestamp_begin ?? Infinity) < (pipeline.model.config.vocab_size ?? 0),
      ...(pipeline.model.config.model_type === 'whisper' ? { task: translate ? 'translate' : 'transcribe', ...(language === undefined ? {} : { language }) } : {}),
    };
    const segments: TranscriptionSegment[] = [];
    try {
      for (const [from, to] of windows(samples, SPEECH_RATE)) {
        const { text, chunks } = await this.#opened.guard(() => pipeline(samples.subarray(from, to), options));
        throwIfAborted(signal, ACTION);
        const [start, end] = [from / SPEECH_RATE, to / SPEECH_RATE];
        for (const heard of chunks ?? [{ text, timestamp: [0, null] as const }]) {
          const [begin, finish] = heard.timestamp;
          const segment = { text: heard.text.trim(), start: start + begin, end: finish === null ? end : Math.min(start + finish, end) };
          if (segment.text === '') continue;
          segments.push(segment);
          onSegment?.(segment);
        }
        onProgress?.(to / samples.length);
      }
    } catch (cause) {
      throwIfAborted(signal, ACTION);
      const text = cause instanceof Error ? cause.message : String(cause);
      throw /language/i.test(text)
        ? new LocalModelError(`Cannot transcribe: ${text.slice(0, 200)}`, { problem: 'bad-input', fix: "Use a code of ISO 639-1 that the model knows, such as 'en'", cause })
        : new LocalModelError(`${ACTION} failed: ${text.slice(0, 200)}`, { problem: 'failed', fix: 'See the cause; the model can be asked again', cause });
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    return {
      text: segments.map(({ text }) => text).join(' '), segments, ...(language === undefined ? {} : { language }), timing: { totalMs: Date.now() - started }, metadata: {},
    };
  }
}
