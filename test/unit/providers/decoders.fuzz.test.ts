import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/base/error-classes.ts';
import { BlazenError } from '../../../src/base/errors.ts';
import { isRecord } from '../../../src/base/json.ts';
import { ResultAssembler } from '../../../src/model/index.ts';
import type { Dialect } from '../../../src/providers/core/dialect.ts';
import { anthropicDialect } from '../../../src/providers/dialects/anthropic/dialect.ts';
import { bedrockDialect } from '../../../src/providers/dialects/bedrock/dialect.ts';
import { cohereDialect } from '../../../src/providers/dialects/cohere/dialect.ts';
import { geminiDialect } from '../../../src/providers/dialects/gemini/dialect.ts';
import { openAIChat } from '../../../src/providers/dialects/openai-chat/dialect.ts';
import { openAIResponsesDialect } from '../../../src/providers/dialects/openai-responses/dialect.ts';
import type { StreamPart } from '../../../src/spec/completion.ts';
import { readRecordings } from '../../helpers/recordings.ts';

const dialects: readonly Dialect[] = [openAIChat(), openAIResponsesDialect, anthropicDialect, geminiDialect, cohereDialect, bedrockDialect];

/** The events of recorded streams and the bodies of recorded answers, per dialect: what mutations start from. */
const seeds = new Map(dialects.map(({ id }) => [id, readRecordings().filter(({ index, wire }) => index.dialect === id && wire.body !== undefined && wire.status === 200).slice(0, 40)
  .flatMap(({ wire }) => (wire.body!.startsWith('{') ? [wire.body!] : wire.body!.split(/\r?\n/).filter((line) => line.startsWith('data: {')).map((line) => line.slice(6)).slice(0, 60)))
  .map((text) => JSON.parse(text) as Record<string, unknown>)]));

/** The value with something inside it replaced, chosen by the numbers. */
function mutate(value: unknown, path: readonly number[], replacement: unknown): unknown {
  const [at, ...rest] = path;
  if (at === undefined || typeof value !== 'object' || value === null) return replacement;
  const keys = Object.keys(value);
  if (keys.length === 0) return replacement;
  const key = keys[at % keys.length]!;
  const inner = mutate((value as Record<string, unknown>)[key], rest, replacement);
  return Array.isArray(value) ? value.map((item: unknown, i) => (String(i) === key ? inner : item)) : { ...value, [key]: inner };
}

describe('decoders fed with foreign or damaged JSON', () => {
  it.each(dialects.map((dialect) => [dialect.id, dialect] as const))('%s gives parts or a typed error, never another failure', (id, dialect) => {
    const event = fc.oneof(
      fc.tuple(fc.constantFrom(...(seeds.get(id)!.length > 0 ? seeds.get(id)! : [{}])), fc.array(fc.nat(9), { maxLength: 6 }), fc.jsonValue()).map(([seed, path, replacement]) => mutate(seed, path, replacement)),
      fc.jsonValue(),
    );
    const name = fc.constantFrom('', 'contentBlockDelta', 'contentBlockStart', 'contentBlockStop', 'messageStop', 'metadata', 'throttlingException');
    fc.assert(fc.property(fc.array(fc.tuple(event, name), { maxLength: 8 }), fc.boolean(), (events, whole) => {
      const out: StreamPart[] = [];
      const decoder = dialect.decoder({ out, fail: (payload) => new ProviderError(JSON.stringify(payload)) });
      const assembler = new ResultAssembler();
      try {
        for (const [data, type] of events) {
          if (!isRecord(data)) continue;
          if (whole) decoder.body(data);
          else decoder.event(data, type);
        }
        decoder.end();
      } catch (error) {
        if (!(error instanceof BlazenError)) throw error;
      }
      for (const part of out) assembler.add(part);
      const result = assembler.result('m');
      expect(typeof (result.content ?? '')).toBe('string');
      for (const part of out) if (part.type === 'tool-call') expect(() => JSON.stringify(part.partialArguments)).not.toThrow();
    }), { numRuns: 400 });
  });
});
