/** Samples as a WAV file; `kind` is the bits of integer PCM, or a float format. */
export function makeWav(channels: readonly ArrayLike<number>[], sampleRate: number, kind: 8 | 16 | 24 | 32 | 'f32' | 'f64' = 16, extra: readonly [tag: string, size: number][] = []): Uint8Array<ArrayBuffer> {
  const float = typeof kind === 'string';
  const width = float ? Number(kind.slice(1)) / 8 : kind / 8;
  const frames = channels[0]?.length ?? 0;
  const data = new DataView(new ArrayBuffer(frames * channels.length * width));
  let at = 0;
  for (let i = 0; i < frames; i++) {
    for (const channel of channels) {
      const value = channel[i] ?? 0;
      if (kind === 'f32') data.setFloat32(at, value, true);
      else if (kind === 'f64') data.setFloat64(at, value, true);
      else if (kind === 8) data.setUint8(at, Math.round(value * 127) + 128);
      else if (kind === 16) data.setInt16(at, Math.round(value * 0x7fff), true);
      else if (kind === 32) data.setInt32(at, Math.round(value * 0x7fffffff), true);
      else {
        const integer = Math.round(value * 0x7fffff);
        data.setUint16(at, integer & 0xffff, true);
        data.setInt8(at + 2, integer >> 16);
      }
      at += width;
    }
  }
  const format = new DataView(new ArrayBuffer(16));
  format.setUint16(0, float ? 3 : 1, true);
  format.setUint16(2, channels.length, true);
  format.setUint32(4, sampleRate, true);
  format.setUint32(8, sampleRate * channels.length * width, true);
  format.setUint16(12, channels.length * width, true);
  format.setUint16(14, width * 8, true);
  const chunk = (tag: string, bytes: ArrayBuffer): Uint8Array => {
    const padded = new Uint8Array(8 + bytes.byteLength + bytes.byteLength % 2);
    padded.set(new TextEncoder().encode(tag));
    new DataView(padded.buffer).setUint32(4, bytes.byteLength, true);
    padded.set(new Uint8Array(bytes), 8);
    return padded;
  };
  const body = [chunk('fmt ', format.buffer), ...extra.map(([tag, size]) => chunk(tag, new ArrayBuffer(size))), chunk('data', data.buffer)];
  const riff = new Uint8Array(4 + body.reduce((sum, { length }) => sum + length, 0));
  riff.set(new TextEncoder().encode('WAVE'));
  body.reduce((offset, part) => {
    riff.set(part, offset);
    return offset + part.length;
  }, 4);
  return new Uint8Array(chunk('RIFF', riff.buffer));
}

/** A tone of some seconds. */
export function tone(seconds: number, hertz = 440, sampleRate = 16_000, loudness = 0.3): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, i) => loudness * Math.sin(2 * Math.PI * hertz * i / sampleRate));
}
