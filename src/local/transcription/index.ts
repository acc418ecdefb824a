/**
 * Recordings to words on the user's own device: whisper.cpp and transformers.js behind one interface.
 *
 * Subpath export `blazen-ts/local/transcription`.
 *
 * @module
 */
export { LocalModelError } from '../../base/error-classes.ts';
export { decodeAudio } from './audio.ts';
export type { AudioInput } from './audio.ts';
export { parseWav } from './wav.ts';
export type { Sound } from './wav.ts';
export { Transcription } from './transcription.ts';
export type { TranscriptionRequest, TranscriptionResult, TranscriptionSegment } from './transcription.ts';
export { whisper } from './whisper.ts';
export type { WhisperOptions } from './whisper.ts';
export type { WhisperTranscription } from './whisper-transcription.ts';
export type { WhisperEvents, WhisperLibrary, WhisperModule, WhisperSegment } from './whisper-library.ts';
export { transformersTranscription } from './transformers-transcription.ts';
export type { TransformersSpeechLib, TransformersTranscription, TransformersTranscriptionOptions } from './transformers-transcription.ts';
export type { GuardedPipeline, OnnxRuntimeLike, PipelineLike, TransformersLib, TransformersOptions } from '../transformers-lib.ts';
