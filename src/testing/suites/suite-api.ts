/** The few functions a contract suite needs; any test runner can supply them. */
export interface SuiteApi {
  test(name: string, run: () => void | Promise<void>): void;
  ok(value: unknown, message?: string): void;
  /** `Object.is`. */
  equal(actual: unknown, expected: unknown, message?: string): void;
  /** Structural, typed arrays included. */
  deepEqual(actual: unknown, expected: unknown, message?: string): void;
}
