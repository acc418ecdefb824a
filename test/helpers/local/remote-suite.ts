import { createTestApi, type TestApi } from '../../portable/harness/test-api.ts';

/** A suite at the other end of a line: its tests are asked for by name. */
export interface RemoteSuite {
  readonly names: readonly string[];
  /** What went wrong, or null. */
  run(name: string): Promise<string | null>;
}

export function remoteSuite(suite: (t: TestApi) => void): RemoteSuite {
  const tests = new Map<string, () => void | Promise<void>>();
  suite(createTestApi((name, run) => void tests.set(name, run)));
  return {
    names: [...tests.keys()],
    async run(name) {
      try {
        await tests.get(name)?.();
        return null;
      } catch (error) {
        if (!(error instanceof Error)) return String(error);
        const { name: kind, message, stack = '', cause } = error;
        return [`${kind}: ${message}`, stack, ...(cause instanceof Error ? [`cause: ${cause.message}`] : [])].join('\n');
      }
    },
  };
}
