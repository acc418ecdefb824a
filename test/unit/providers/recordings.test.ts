import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlazenError } from '../../../src/base/errors.ts';
import type { ProviderError } from '../../../src/base/error-classes.ts';
import type { CompletionResponse } from '../../../src/model/index.ts';
import { differences } from '../../helpers/compare-answer.ts';
import { dialectModels } from '../../helpers/dialect-models.ts';
import { bodyOf, readRecordings } from '../../helpers/recordings.ts';
import { startReplayServer, type ReplayServer } from '../../helpers/replay-server.ts';

const recordings = readRecordings().filter(({ index }) => index.dialect in dialectModels);
const byId = new Map(recordings.map((recording) => [recording.index.id, recording]));

/** Differences we keep, each with its reason. */
const tolerated: Readonly<Record<string, string>> = {
  'pydantic-ai-2507: toolCalls': 'the server gives an empty call id; a call needs one to be answered, so it gets "call_0"',
  'ruby_llm-150: citations': 'the expectation names the title of a cited document; our id is its address, the title is beside it',
};

let server: ReplayServer;
beforeAll(async () => {
  server = await startReplayServer((id) => {
    const recording = byId.get(id);
    return recording && { status: recording.wire.status, headers: recording.wire.headers, chunks: [bodyOf(recording)] };
  });
});
afterAll(() => server.close());

it('every tolerated difference names a recording that is there', () => {
  for (const key of Object.keys(tolerated)) expect([...byId.keys()]).toContain(key.split(':')[0]);
});

describe('recorded answers, served over a socket', () => {
  for (const dialect of Object.keys(dialectModels)) {
    const own = recordings.filter(({ index }) => index.dialect === dialect);
    it(`${dialect}: all ${own.length} give what an independent parser read`, async () => {
      const problems: string[] = [];
      for (const { index } of own) {
        const model = dialectModels[dialect]!(server.address(index.id));
        const expected = index.expect ?? {};
        let answer: CompletionResponse | undefined;
        let error: unknown;
        try {
          answer = await (index.stream ? model.stream([{ content: 'x' }]) : model.complete([{ content: 'x' }]));
        } catch (thrown) {
          error = thrown;
          if (!(thrown instanceof BlazenError)) throw thrown;
        }
        if (expected.error !== undefined) {
          const failure = error as ProviderError | undefined;
          if (failure === undefined) problems.push(`${index.id}: no error`);
          else if (expected.error.message !== undefined && failure.detail !== expected.error.message) problems.push(`${index.id}: error ${String(failure.detail)} instead of ${expected.error.message}`);
          else if (expected.error.status !== undefined && failure.status !== expected.error.status) problems.push(`${index.id}: status ${String(failure.status)}`);
        } else if (error !== undefined) {
          problems.push(`${index.id}: ${(error as Error).message}`);
        } else {
          problems.push(...differences(answer!, expected, dialect).map((text) => `${index.id}: ${text}`));
        }
      }
      const known = Object.keys(tolerated);
      expect(problems.filter((problem) => !known.some((start) => problem.startsWith(start)))).toEqual([]);
    });
  }
});
