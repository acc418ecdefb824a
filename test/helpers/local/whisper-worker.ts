import { serveWorker, type WorkerCall } from '../../../src/local/index.ts';
import { type TranscriptionResult, whisper, type WhisperLibrary } from '../../../src/local/transcription/index.ts';

const SHOUT = '/shout/index.js';

const methods = {
  async transcribe(audio: Float32Array, { signal, progress }: WorkerCall<number>): Promise<TranscriptionResult> {
    const { default: lib } = await import(SHOUT) as { default: WhisperLibrary };
    const model = await whisper({ model: '/tiny.bin', threads: 1, lib }).load({ signal });
    return model.transcribe({ audio, language: 'en', signal, onProgress: progress });
  },
};
export type WhisperWorker = typeof methods;
serveWorker(self, methods);
