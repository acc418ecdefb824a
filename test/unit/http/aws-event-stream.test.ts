import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseFormatError } from '../../../src/base/error-classes.ts';
import { AwsEventStreamDecoder } from '../../../src/http/index.ts';
import { bodyOf, readRecordings } from '../../helpers/recordings.ts';

const recorded = readRecordings().filter(({ index, wire }) => index.dialect === 'bedrock-converse' && wire.bodyBase64 !== undefined);

function decode(chunks: readonly Uint8Array[]): [string | undefined, unknown][] {
  const frames: [string | undefined, unknown][] = [];
  const decoder = new AwsEventStreamDecoder((headers, payload) => frames.push([headers[':event-type'], JSON.parse(payload)]));
  for (const chunk of chunks) decoder.push(chunk);
  expect(decoder.atBoundary).toBe(true);
  return frames;
}

describe('AwsEventStreamDecoder', () => {
  it('recorded streams start with messageStart and end with metadata', () => {
    expect(recorded.length).toBeGreaterThan(0);
    for (const recording of recorded) {
      const frames = decode([bodyOf(recording)]);
      expect([frames[0]?.[0], frames.at(-1)?.[0]]).toEqual(['messageStart', 'metadata']);
    }
  });

  it('a stream cut anywhere gives the same frames', () => {
    const body = bodyOf(recorded[0]!);
    const whole = decode([body]);
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: body.length }), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), body.length];
      expect(decode(at.slice(1).map((end, i) => body.subarray(at[i], end)))).toEqual(whole);
    }), { numRuns: 50 });
  });

  it('any flipped bit is either refused or still missing bytes, never a wrong frame', () => {
    const body = bodyOf(recorded[0]!);
    const whole = decode([body]).map((frame) => JSON.stringify(frame));
    fc.assert(fc.property(fc.nat(body.length - 1), fc.nat(7), (at, bit) => {
      const damaged = body.slice();
      damaged[at]! ^= 1 << bit;
      const frames: string[] = [];
      const decoder = new AwsEventStreamDecoder((headers, payload) => frames.push(JSON.stringify([headers[':event-type'], JSON.parse(payload)])));
      let refused = false;
      try {
        decoder.push(damaged);
      } catch (error) {
        refused = error instanceof ResponseFormatError;
      }
      expect(refused).toBe(true);
      expect(whole.slice(0, frames.length)).toEqual(frames);
    }), { numRuns: 200 });
  });
});
