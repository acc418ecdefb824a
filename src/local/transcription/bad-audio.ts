import { LocalModelError } from '../../base/error-classes.ts';

/** Audio that cannot be written down. */
export function badAudio(reason: string, cause?: unknown): LocalModelError {
  return new LocalModelError(`Cannot transcribe the audio: ${reason}`, {
    problem: 'bad-input', fix: 'Pass a WAV file, samples with their rate, or, in a page, any file the browser can play', ...(cause === undefined ? {} : { cause }),
  });
}
