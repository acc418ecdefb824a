import { badAudio } from './bad-audio.ts';

/** Sound as numbers from -1 to 1. */
export interface Sound {
  /** One list for each channel, equally long. */
  readonly channels: readonly Float32Array[];
  /** Samples a second. */
  readonly sampleRate: number;
}

const INTEGER = 1, FLOAT = 3, EXTENSIBLE = 0xfffe;
const MAX_CHANNELS = 32;

/** Whether the bytes begin like a WAV file. */
export function isWav(bytes: Uint8Array): boolean {
  return tag(bytes, 0) === 'RIFF' && tag(bytes, 8) === 'WAVE';
}

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64, any rate, up to 32 channels. Other chunks are passed
 * over; data that ends early is read as far as it goes, because recorders that were stopped leave such files.
 *
 * Format: RIFF WAVE (IBM and Microsoft, 1991; WAVEFORMATEXTENSIBLE, 2001).
 *
 * @throws LocalModelError 'bad-input'
 */
export function parseWav(bytes: Uint8Array): Sound {
  if (!isWav(bytes)) throw badAudio('it is not a WAV file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Format | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = tag(bytes, at);
    const start = at + 8;
    const size = view.getUint32(at + 4, true);
    if (name === 'fmt ') format = readFormat(view, start, size);
    if (name === 'data') {
      if (format === null) throw badAudio('the WAV file says no format before its data');
      return readSamples(view, start, Math.min(size, bytes.length - start), format);
    }
    at = start + size + size % 2;
  }
  throw badAudio('the WAV file has no data');
}

interface Format {
  readonly float: boolean;
  readonly channels: number;
  readonly sampleRate: number;
  /** Bytes of one sample of one channel. */
  readonly width: number;
}

function readFormat(view: DataView, at: number, size: number): Format {
  if (size < 16 || at + size > view.byteLength) throw badAudio('the WAV file ends in its format');
  const code = view.getUint16(at, true);
  const kind = code === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : code;
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const width = view.getUint16(at + 14, true) / 8;
  const known = kind === INTEGER ? [1, 2, 3, 4].includes(width) : kind === FLOAT && [4, 8].includes(width);
  if (!known) throw badAudio(`the WAV file holds samples of kind ${kind} and ${width * 8} bits, which are not read here`);
  if (channels < 1 || channels > MAX_CHANNELS) throw badAudio(`the WAV file has ${channels} channels`);
  return { float: kind === FLOAT, channels, sampleRate, width };
}

function readSamples(view: DataView, start: number, size: number, { float, channels: count, sampleRate, width }: Format): Sound {
  const frames = Math.floor(size / (width * count));
  const channels = Array.from({ length: count }, () => new Float32Array(frames));
  const read = reader(view, float, width);
  for (let i = 0, at = start; i < frames; i++) {
    for (const channel of channels) {
      channel[i] = read(at);
      at += width;
    }
  }
  return { channels, sampleRate };
}

function reader(view: DataView, float: boolean, width: number): (at: number) => number {
  if (float) return width === 4 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  switch (width) {
    case 1: return (at) => (view.getUint8(at) - 128) / 128;
    case 2: return (at) => view.getInt16(at, true) / 0x8000;
    case 3: return (at) => (view.getInt8(at + 2) * 0x10000 + view.getUint16(at, true)) / 0x800000;
    default: return (at) => view.getInt32(at, true) / 0x80000000;
  }
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
