import { UnsupportedError } from '../../base/error-classes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { RequestTiming } from '../../spec/completion.ts';
import type { AudioInput } from './audio.ts';

/** What is to be written down. */
export interface TranscriptionRequest {
  /** The recording. Backends of this package need it. */
  readonly audio?: AudioInput;
  /** Address of the recording, for services that fetch it themselves. */
  readonly audioUrl?: string;
  /** ISO 639-1 code of the language spoken. Default: the model finds out. */
  readonly language?: string;
  /** Write English, whatever is spoken. Default false. */
  readonly translate?: boolean;
  readonly signal?: AbortSignal;
  /** Share that is done, 0 to 1, growing. */
  readonly onProgress?: (share: number) => void;
  /** Called with each segment as soon as it is written. */
  readonly onSegment?: (segment: TranscriptionSegment) => void;
}

/** Something that was said, with its time. */
export interface TranscriptionSegment {
  readonly text: string;
  /** Seconds from the begin of the recording. */
  readonly start: number;
  readonly end: number;
  /** Who speaks, where the backend tells speakers apart. */
  readonly speaker?: string;
}

/** A recording in words. */
export interface TranscriptionResult {
  /** All segments, without space at the ends. */
  readonly text: string;
  readonly segments: readonly TranscriptionSegment[];
  /** ISO 639-1 code, as asked for or found out. */
  readonly language?: string;
  readonly timing?: RequestTiming;
  /** US dollars, when a service reports them. */
  readonly cost?: number;
  /** What only this backend tells. */
  readonly metadata: JsonObject;
}

/** Recordings to words. Subclass it and override `transcribe`, or load one of this package. */
export class Transcription {
  /** Who serves it, such as 'whisper.cpp'. */
  readonly providerId: string;

  constructor({ providerId }: { readonly providerId: string }) {
    this.providerId = providerId;
  }

  /**
   * Write down what is said.
   *
   * @throws LocalModelError 'bad-input' for audio that cannot be read; AbortedError; what the backend throws.
   */
  transcribe(_request: TranscriptionRequest): Promise<TranscriptionResult> {
    return Promise.reject(new UnsupportedError(`unsupported: the transcription '${this.providerId}' must override transcribe`));
  }
}
