import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAudio, LocalModelError, parseWav } from '../../../src/local/transcription/index.ts';
import { makeWav, tone } from '../../helpers/make-wav.ts';

const badInput = expect.objectContaining({ problem: 'bad-input' });
const rms = (samples: ArrayLike<number>): number => Math.sqrt(Array.from(samples).reduce((sum, value) => sum + value * value, 0) / samples.length);

describe('a WAV file', () => {
  const kinds = [8, 16, 24, 32, 'f32', 'f64'] as const;

  it('gives back the samples it was made of, in every kind, with any channels, rate and chunks between', () => {
    const sample = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(fc.property(
      fc.constantFrom(...kinds), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 8_000, max: 192_000 }), fc.array(sample, { maxLength: 40 }),
      fc.array(fc.tuple(fc.constantFrom('LIST', 'fact', 'bext'), fc.nat(9)), { maxLength: 3 }),
      (kind, count, sampleRate, samples, extra) => {
        const channels = Array.from({ length: count }, (_, c) => samples.map((value) => value / (c + 1)));
        const sound = parseWav(makeWav(channels, sampleRate, kind, extra));
        expect(sound.sampleRate).toBe(sampleRate);
        expect(sound.channels).toHaveLength(count);
        const error = { 8: 0.02, 16: 1e-4, 24: 1e-6, 32: 1e-6, f32: 1e-7, f64: 1e-7 }[kind];
        sound.channels.forEach((channel, c) => {
          expect(channel).toHaveLength(samples.length);
          channel.forEach((value, i) => expect(Math.abs(value - (channels[c] as number[])[i]!)).toBeLessThanOrEqual(error));
        });
      }));
  });

  it('is read as far as it goes when it was cut off, and is refused with a typed error when it is damaged otherwise', () => {
    const whole = makeWav([tone(0.01)], 16_000);
    const cut = parseWav(whole.subarray(0, whole.length - 100));
    expect(cut.channels[0]).toEqual(parseWav(whole).channels[0]!.subarray(0, 110));
    fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
      const damaged = whole.slice(0, length);
      if (at < length) damaged[at] = value;
      try {
        expect(parseWav(damaged).channels.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(LocalModelError);
        expect(error).toEqual(badInput);
      }
    }), { numRuns: 3_000 });
  });
});

describe('a recording for a speech model', () => {
  it('has 16,000 samples a second in one channel, whatever it was made of', async () => {
    for (const rate of [8_000, 11_025, 16_000, 22_050, 44_100, 48_000]) {
      const samples = await decodeAudio(makeWav([tone(1, 440, rate), tone(1, 440, rate)], rate));
      expect(samples.length, String(rate)).toBe(16_000);
      // The tone itself, apart from its first and last moments.
      const ideal = tone(1);
      const difference = samples.slice(1_000, 15_000).map((value, i) => value - ideal[i + 1_000]!);
      expect(rms(difference) / rms(ideal), String(rate)).toBeLessThan(0.01);
    }
  });

  it('loses what no rate of 16,000 can hold, instead of hearing it as something else', async () => {
    const samples = await decodeAudio({ channels: [tone(1, 11_000, 44_100)], sampleRate: 44_100 });
    expect(rms(samples.slice(1_000, 15_000))).toBeLessThan(0.002);
  });

  it('is refused when there is nothing in it, when its numbers are none, and when it is no sound', async () => {
    const bad: unknown[] = [
      new Float32Array(0), Float32Array.of(0, NaN, 1), { channels: [], sampleRate: 16_000 }, { channels: [tone(1)], sampleRate: 0 },
      { channels: [tone(1), tone(2)], sampleRate: 16_000 }, new Uint8Array(0), new TextEncoder().encode('this is a text'), new Blob(['RIFF']), null, 'a.wav', 7,
    ];
    for (const audio of bad) await expect(decodeAudio(audio as Float32Array), String(audio)).rejects.toEqual(badInput);
  });
});
