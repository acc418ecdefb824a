// What a page of the transcription test runs: whisper.cpp in the page or in a worker, and what the browser can play.
import { createWorkerHost } from '../../../src/local/index.ts';
import { decodeAudio, whisper, type WhisperLibrary, type WhisperOptions } from '../../../src/local/transcription/index.ts';
import { tone } from '../make-wav.ts';
import type { WhisperWorker } from './whisper-worker.ts';

const SHOUT = '/shout/index.js';

/** From this page's server: the test sees that it was fetched. */
export async function options(): Promise<WhisperOptions> {
  const { default: lib } = await import(SHOUT) as { default: WhisperLibrary };
  return { model: '/tiny.bin', threads: 1, lib };
}

const page = {
  async transcribe() {
    const backend = whisper(await options());
    const probe = await backend.probe();
    if (!probe.ok) return { probe };
    const fetched: number[] = [];
    const model = await backend.load({ onProgress: ({ loaded }) => fetched.push(loaded) });
    const result = await model.transcribe({ audio: tone(2), language: 'en' });
    await model.dispose();
    return { probe, result, fetched: fetched.at(-1) };
  },

  async transcribeInWorker() {
    const host = createWorkerHost<WhisperWorker>({ spawn: () => new Worker('/worker.js', { type: 'module' }) });
    const shares: number[] = [];
    const result = await host.call('transcribe', tone(2), { onProgress: (share) => shares.push(share) });
    host.close();
    return { result, shares };
  },

  /** Bare specifiers lead nowhere in this page: nothing is installed. */
  load: () => whisper({ model: '/tiny.bin' }).load().then(() => 'loaded', (error: { problem?: string }) => error.problem),

  /** Why it cannot be done here: as `probe` says, and as `load` does. */
  async refused() {
    const backend = whisper(await options());
    const probe = await backend.probe();
    return [probe.ok ? null : probe.problem, await backend.load().then(() => null, (error: { problem?: string }) => error.problem)];
  },

  /** Records a tone as a microphone would be, and reads the file. */
  async record() {
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency: 440 });
    const destination = context.createMediaStreamDestination();
    oscillator.connect(destination);
    const recorder = new MediaRecorder(destination.stream);
    const pieces: Blob[] = [];
    const stopped = new Promise((resolve) => { recorder.addEventListener('stop', resolve); });
    recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
    oscillator.start();
    recorder.start();
    oscillator.stop(context.currentTime + 1);
    oscillator.addEventListener('ended', () => recorder.stop());
    await stopped;
    await context.close();
    const samples = await decodeAudio(new Blob(pieces, { type: recorder.mimeType }));
    // How often the sound changes its sign tells its pitch.
    const middle = samples.subarray(4_000, 12_000);
    let changes = 0;
    for (let i = 1; i < middle.length; i++) if (Math.sign(middle[i]!) !== Math.sign(middle[i - 1]!)) changes++;
    return { type: recorder.mimeType, seconds: samples.length / 16_000, hertz: changes };
  },
};
export type WhisperPage = typeof page;
Object.assign(globalThis, { page });
