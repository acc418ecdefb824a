import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asRecord } from '../../../src/base/json.ts';
import { coverage, coverageTable, features, type Feature } from '../../helpers/provider-coverage.ts';
import { readRecordings, readTransportCases, type Recording } from '../../helpers/recordings.ts';

const recordings = new Map(readRecordings().map((recording) => [recording.index.id, recording]));
const cases = new Map(readTransportCases().map((one) => [one.name, one]));

/** Whether a recording shows the feature. */
const shows: Readonly<Record<Feature, (recording: Recording) => boolean>> = {
  tools: ({ index }) => (index.expect?.toolCalls?.length ?? 0) > 0,
  images: ({ index }) => index.request.includes('image-in'),
  reasoning: ({ index }) => Boolean(index.expect?.reasoning),
  structured: ({ index, wire }) => index.request.includes('structured') || ['outputConfig', 'response_format', 'text'].some((field) => field in asRecord(wire.requestBody)),
  'usage in stream': ({ index }) => index.stream && index.expect?.usage !== undefined,
  errors: ({ index }) => index.expect?.error !== undefined,
};

describe('the table of providers and features', () => {
  it.each(Object.entries(coverage))('%s: every cell names a proof that is there, or says that there is none', (_provider, cells) => {
    for (const feature of features) {
      const proof = cells[feature];
      if (proof === 'unverified') continue;
      const [kind, name = ''] = proof.split(/:(.*)/s) as [string, string?];
      if (kind === 'case') expect(cases.has(name), proof).toBe(true);
      else if (kind === 'test') expect(existsSync(`test/unit/providers/${name}`) || existsSync(`test/unit/http/${name}`), proof).toBe(true);
      else expect(recordings.has(proof) && shows[feature](recordings.get(proof)!), `${feature}: ${proof}`).toBe(true);
    }
  });

  it('is the one in the guide', () => {
    expect(readFileSync('docs/guides/providers.md', 'utf8')).toContain(coverageTable());
  });
});
