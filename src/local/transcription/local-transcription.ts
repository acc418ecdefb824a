import { throwIfAborted } from '../../base/abort.ts';
import type { LocalModelError } from '../../base/error-classes.ts';
import { abortable } from '../../base/abortable.ts';
import { Lifetime } from '../lifetime.ts';
import type { LoadedModel } from '../local-backend.ts';
import { Mutex } from '../mutex.ts';
import { decodeAudio, SPEECH_RATE } from './audio.ts';
import { badAudio } from './bad-audio.ts';
import { Transcription, type TranscriptionRequest, type TranscriptionResult } from './transcription.ts';

/** Names the work in errors. */
export const ACTION = 'The transcription';
/** Models pass over what is shorter. */
const MIN_SECONDS = 0.1;

/** A speech model that is loaded. Recordings are written down one after the other. */
export abstract class LocalTranscription extends Transcription implements LoadedModel {
  readonly #lifetime: Lifetime;
  readonly #turns = new Mutex();

  constructor(providerId: string, name: string) {
    super({ providerId });
    this.#lifetime = new Lifetime(name);
  }

  override async transcribe(request: TranscriptionRequest): Promise<TranscriptionResult> {
    const signal = this.#lifetime.call(request.signal);
    throwIfAborted(signal, ACTION);
    if (request.audio === undefined) throw badAudio(request.audioUrl === undefined ? 'there is none' : "an address is not fetched here, pass the bytes as 'audio'");
    const samples = await abortable(decodeAudio(request.audio), signal, ACTION);
    if (samples.length < MIN_SECONDS * SPEECH_RATE) throw badAudio(`it is shorter than ${MIN_SECONDS} seconds`);
    // An aborted call rejects at once; its turn ends when the model has stopped.
    return abortable(this.#turns.run(async () => {
      throwIfAborted(signal, ACTION);
      return this.hear(samples, request, signal);
    }), signal, ACTION);
  }

  async dispose(): Promise<void> {
    if (this.#lifetime.dispose()) await this.#turns.run(() => this.release());
  }

  /** What the model ran on is gone. */
  protected lose(error: LocalModelError): void {
    this.#lifetime.lose(error);
  }

  /** Settles when the model computes nothing any more, also after an abort. */
  protected abstract hear(samples: Float32Array, request: TranscriptionRequest, signal: AbortSignal): Promise<TranscriptionResult>;

  /** Gives the memory back. */
  protected abstract release(): Promise<unknown>;
}
