import { badAudio } from './bad-audio.ts';
import { mixDown, resample } from './resample.ts';
import { isWav, parseWav, type Sound } from './wav.ts';

/** Samples a second that speech models hear. */
export const SPEECH_RATE = 16_000;

/**
 * A recording: samples at 16,000 a second in one channel, samples of any kind with their rate, or the bytes of a file. WAV is
 * read everywhere; pages read whatever the browser can play.
 */
export type AudioInput = Float32Array | Sound | Blob | ArrayBuffer | Uint8Array;

const MIN_RATE = 1_000, MAX_RATE = 768_000;

/**
 * The recording as a model hears it: one channel, 16,000 samples a second, numbers from -1 to 1.
 *
 * @throws LocalModelError 'bad-input'
 */
export async function decodeAudio(audio: AudioInput): Promise<Float32Array> {
  const { channels, sampleRate } = await read(audio);
  if (!(sampleRate >= MIN_RATE && sampleRate <= MAX_RATE)) throw badAudio(`its rate is ${sampleRate} samples a second`);
  const [first] = channels;
  if (first === undefined || first.length === 0) throw badAudio('it is empty');
  if (channels.some(({ length }) => length !== first.length)) throw badAudio('its channels differ in length');
  const samples = resample(mixDown(channels), sampleRate, SPEECH_RATE);
  if (!samples.every(Number.isFinite)) throw badAudio('it holds values that are no numbers');
  return samples;
}

async function read(audio: AudioInput): Promise<Sound> {
  if (audio instanceof Float32Array) return { channels: [audio], sampleRate: SPEECH_RATE };
  if (audio instanceof Blob) return readFile(new Uint8Array(await audio.arrayBuffer()));
  if (audio instanceof ArrayBuffer) return readFile(new Uint8Array(audio));
  if (audio instanceof Uint8Array) return readFile(audio);
  if (typeof audio === 'object' && audio !== null && Array.isArray(audio.channels)) return audio;
  throw badAudio('it is neither samples nor the bytes of a file');
}

/** What a page decodes files with; absent elsewhere. */
interface WebAudioScope {
  readonly OfflineAudioContext?: new (channels: number, length: number, sampleRate: number) => {
    decodeAudioData(bytes: ArrayBuffer): Promise<{ readonly numberOfChannels: number; readonly sampleRate: number; getChannelData(channel: number): Float32Array }>;
  };
}

async function readFile(bytes: Uint8Array): Promise<Sound> {
  if (bytes.length === 0) throw badAudio('it is empty');
  if (isWav(bytes)) return parseWav(bytes);
  const { OfflineAudioContext } = globalThis as WebAudioScope;
  if (OfflineAudioContext === undefined) throw badAudio('it is not a WAV file, and other formats are read in pages only');
  try {
    const sound = await new OfflineAudioContext(1, 1, SPEECH_RATE).decodeAudioData(bytes.slice().buffer);
    return { channels: Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i)), sampleRate: sound.sampleRate };
  } catch (cause) {
    throw badAudio('the browser cannot read this kind of file', cause);
  }
}
