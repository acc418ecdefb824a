import { throwIfAborted } from '../base/abort.ts';
import { abortable } from '../base/abortable.ts';
import { Transcription as BaseTranscription } from '../local/transcription/index.ts';
import type { TranscriptionRequest, TranscriptionResult, WhisperOptions } from '../local/transcription/index.ts';
import { OnDemand } from './on-demand.ts';

/** What `whisper` takes, and what holds for requests that do not say otherwise. */
export interface WhisperCppOptions extends WhisperOptions {
  /** ISO 639-1 code of the language spoken. Default: the model finds out. */
  readonly language?: string;
}

/** The reference's transcription: whisper.cpp on this device, and a base class for services of one's own (override `transcribe`). */
export class Transcription extends BaseTranscription {
  /** Loaded models of `blazen-ts/local/transcription` are transcriptions too; subclasses keep the ordinary meaning. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(this === Transcription ? BaseTranscription : this, value);
  }

  /** whisper.cpp in WebAssembly. It loads itself for its first request, or by `load`; see `whisper`. */
  static whispercpp(options: WhisperCppOptions): WhisperCppTranscription {
    return new WhisperCppTranscription(options);
  }
}

/** A speech model of whisper.cpp that loads itself when it is asked. */
export class WhisperCppTranscription extends Transcription {
  readonly #language: string | undefined;
  readonly #model: OnDemand<BaseTranscription & { dispose(): Promise<void> }>;

  constructor({ language, ...options }: WhisperCppOptions) {
    super({ providerId: 'whisper.cpp' });
    this.#language = language;
    // Imported here, so that nobody else pays for it.
    this.#model = new OnDemand(async () => (await import('../local/transcription/index.ts')).whisper(options).load());
  }

  /** Throws what `whisper` and its model throw. */
  override async transcribe(request: TranscriptionRequest): Promise<TranscriptionResult> {
    throwIfAborted(request.signal, 'The transcription');
    const model = await abortable(this.#model.load(), request.signal, 'The transcription');
    return model.transcribe(this.#language === undefined ? request : { language: this.#language, ...request });
  }

  /** Brings the model into memory, if it is not there, and gives it back. @throws LocalModelError */
  async load(): Promise<this> {
    await this.#model.load();
    return this;
  }
  /** Gives its memory back; the next request loads it again. */
  async unload(): Promise<void> { await this.#model.unload(); }
  /** Whether it is in memory. */
  async isLoaded(): Promise<boolean> { return this.#model.isLoaded; }
}
