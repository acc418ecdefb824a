import { AbortedError, LocalModelError } from '../../src/base/error-classes.ts';
import { BlazenError } from '../../src/base/errors.ts';
import type { ChatModel } from '../../src/model/index.ts';
import { seededRandom } from '../../src/testing/simulation/random.ts';

/** What came of a soak. */
export interface SoakReport {
  readonly good: number;
  /** How often each kind of failure came. */
  readonly failures: Readonly<Record<string, number>>;
  /** What should not have happened. */
  readonly wrong: readonly string[];
}

const ANSWER = 'hello world from a tiny local model.';
const user = (content: string) => [{ role: 'user' as const, content }];

/**
 * Calls of all kinds, up to eight at a time, on a scripted decoder: good ones must give the sentence, bad ones the error
 * they deserve.
 */
export async function soak(model: ChatModel, calls: number, seed: number): Promise<SoakReport> {
  const next = seededRandom(seed);
  const failures: Record<string, number> = {};
  const wrong: string[] = [];
  let good = 0;
  const fails = async (expected: string, call: () => PromiseLike<unknown>): Promise<void> => {
    try {
      await call();
      wrong.push(`${expected}: answered`);
    } catch (error) {
      const kind = error instanceof LocalModelError ? error.problem : error instanceof BlazenError ? (error.code === 'aborted' ? 'AbortedError' : error.code) : `untyped ${String(error)}`;
      failures[kind] = (failures[kind] ?? 0) + 1;
      if (kind !== expected) wrong.push(`${expected}: ${String(error)}`);
    }
  };
  const answers = async (call: () => PromiseLike<{ readonly content?: string }>): Promise<void> => {
    try {
      const { content } = await call();
      if (content === ANSWER) good++;
      else wrong.push(`good: ${String(content)}`);
    } catch (error) {
      wrong.push(`good: ${String(error)}`);
    }
  };
  const one = (kind: number, when: number): Promise<void> => {
    if (kind < 0.4) return answers(() => model.complete(user('hi?')));
    if (kind < 0.6) return answers(() => model.stream(user('hi?'), () => undefined));
    if (kind < 0.7) return fails('AbortedError', () => {
      const controller = new AbortController();
      let left = Math.ceil(when * 5);
      return model.stream(user('loop?'), (part) => { if (part.type === 'text' && --left <= 0) controller.abort(); }, { signal: controller.signal });
    });
    if (kind < 0.8) return fails('AbortedError', async () => {
      const controller = new AbortController();
      const answer = model.complete(user('loop?'), { signal: controller.signal });
      setTimeout(() => controller.abort(), when * 10);
      await answer;
      // The answer may have been quicker than the clock.
      throw new AbortedError('too late');
    });
    if (kind < 0.87) return fails('bad-input', () => model.complete(user('hi? '.repeat(128 + Math.ceil(when * 100)))));
    if (kind < 0.94) return fails('validation', () => model.complete(user('hi?'), { tools: [{ type: 'provider', definition: {} }] }));
    return fails('unsupported', () => model.complete([{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'http://127.0.0.1/' } }] }]));
  };
  for (let made = 0; made < calls;) {
    const group = Math.min(calls - made, 1 + Math.floor(next() * 8));
    await Promise.all(Array.from({ length: group }, () => one(next(), next())));
    made += group;
  }
  return { good, failures, wrong };
}
