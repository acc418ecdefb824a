import { abortError } from '../../base/abort.ts';
import { LocalModelError } from '../../base/error-classes.ts';
import { SPEECH_RATE } from './audio.ts';
import { ACTION, LocalTranscription } from './local-transcription.ts';
import type { TranscriptionRequest, TranscriptionResult, TranscriptionSegment } from './transcription.ts';
import type { WhisperModule } from './whisper-library.ts';
import type { WhisperListener } from './whisper-listener.ts';

/** A whisper.cpp model that is loaded. */
export class WhisperTranscription extends LocalTranscription {
  readonly lost: Promise<LocalModelError>;
  readonly #module: WhisperModule;
  readonly #listener: WhisperListener;
  readonly #threads: number;

  constructor(name: string, module: WhisperModule, listener: WhisperListener, threads: number) {
    super('whisper.cpp', name);
    this.#module = module;
    this.#listener = listener;
    this.#threads = threads;
    this.lost = listener.crashed.then((cause) => {
      const error = new LocalModelError(`${ACTION} failed: whisper.cpp crashed`, { problem: 'device-lost', fix: 'Dispose of the model and load it again', cause });
      this.lose(error);
      return error;
    });
  }

  protected override async release(): Promise<void> {
    await this.#module.free();
    await this.#module.terminate?.();
  }

  protected override async hear(samples: Float32Array, request: TranscriptionRequest, signal: AbortSignal): Promise<TranscriptionResult> {
    const { language = 'auto', translate = false, onProgress, onSegment } = request;
    const started = Date.now();
    const seconds = samples.length / SPEECH_RATE;
    const segments: TranscriptionSegment[] = [];
    let share = 0;
    let refused: LocalModelError | null = null;
    const ended = new Promise<string>((resolve, reject) => {
      this.#listener.hearing = {
        onSegment: (text, from, to) => {
          const segment = { text: text.trim(), start: Math.min(from / 1_000, seconds), end: Math.min(to / 1_000, seconds) };
          segments.push(segment);
          if (!signal.aborted) onSegment?.(segment);
        },
        onProgress: (next) => {
          if (next <= share || signal.aborted) return;
          share = next;
          onProgress?.(share);
        },
        onLine: (line) => {
          if (line.startsWith('Language not supported')) refused = unknownLanguage(language);
        },
        onEnd: resolve,
        onCanceled: () => reject(refused ?? abortError(signal, ACTION)),
      };
      void this.lost.then(reject);
    });
    const cancel = (): void => void this.#module.cancel();
    signal.addEventListener('abort', cancel);
    try {
      const code = await this.#module.transcribe(samples, language, this.#threads, translate, 0, false, false, false);
      if (code !== 0) throw new LocalModelError(`${ACTION} failed: whisper.cpp gave ${String(code)}`, { problem: 'failed', fix: 'Load the model again' });
      // It goes on in the language it guesses.
      if (refused !== null || signal.aborted) cancel();
      const found = await ended;
      if (refused !== null) throw refused;
      return { text: segments.map(({ text }) => text).join(' ').trim(), segments, language: found, timing: { totalMs: Date.now() - started }, metadata: {} };
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#listener.hearing = null;
    }
  }
}

function unknownLanguage(language: string): LocalModelError {
  return new LocalModelError(`Cannot transcribe: whisper.cpp knows no language '${language}'`, {
    problem: 'bad-input', fix: "Use a code of ISO 639-1, such as 'en', or leave it out",
  });
}
