import { deepEqual as same, show } from './deep-equal.ts';

/** The host-neutral test API that every portable suite gets. Any runner that can name and run a function can host it. */
export interface TestApi {
  test(name: string, run: () => void | Promise<void>): void;
  ok(value: unknown, message?: string): void;
  /** `Object.is`. */
  equal<T>(actual: T, expected: NoInfer<T>, message?: string): void;
  /** Structural: own enumerable fields, Map (keys by identity), Set, Date, Error name and message, typed arrays, NaN. */
  deepEqual(actual: unknown, expected: unknown, message?: string): void;
  /** Runs `run`, which must throw (or reject); gives the error back after checking it. */
  throws(run: () => unknown, expected?: Expected): unknown;
  rejects(promise: Promise<unknown> | (() => Promise<unknown>), expected?: Expected): Promise<unknown>;
}

/** A class the error must be an instance of, a pattern its message must match, or both. */
export type Expected = ErrorClass | RegExp | { readonly type: ErrorClass; readonly message: RegExp };
type ErrorClass = abstract new (...args: never[]) => unknown;

/** A portable suite: the default export of `test/portable/<topic>.ts`. */
export type Suite<Lib> = (t: TestApi, lib: Lib) => void;

class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

function fail(message: string): never {
  throw new AssertionError(message);
}

function check(error: unknown, expected: Expected | undefined): unknown {
  if (expected === undefined) return error;
  const type = typeof expected === 'function' ? expected : 'type' in expected ? expected.type : undefined;
  const pattern = expected instanceof RegExp ? expected : 'message' in expected ? expected.message : undefined;
  const text = error instanceof Error ? error.message : String(error);
  if (type !== undefined && !(error instanceof type)) fail(`expected ${type.name}, got ${show(error)}`);
  if (pattern !== undefined && !pattern.test(text)) fail(`expected a message like ${String(pattern)}, got ${show(text)}`);
  return error;
}

/** Makes the API over a host's own `test` function. */
export function createTestApi(test: TestApi['test']): TestApi {
  return {
    test,
    ok(value, message) {
      if (!value) fail(message ?? `expected a truthy value, got ${show(value)}`);
    },
    equal(actual, expected, message) {
      if (!Object.is(actual, expected)) fail(`${message ?? 'values differ'}: got ${show(actual)}, expected ${show(expected)}`);
    },
    deepEqual(actual, expected, message) {
      const path = same(actual, expected);
      if (path !== null) {
        fail(`${message ?? 'values differ'} at ${path || 'the top'}: got ${show(actual)}, expected ${show(expected)}`);
      }
    },
    throws(run, expected) {
      let result: unknown;
      try {
        result = run();
      } catch (error) {
        return check(error, expected);
      }
      return fail(`expected an error, got ${show(result)}`);
    },
    async rejects(promise, expected) {
      let result: unknown;
      try {
        result = await (typeof promise === 'function' ? promise() : promise);
      } catch (error) {
        return check(error, expected);
      }
      return fail(`expected a rejection, got ${show(result)}`);
    },
  };
}
