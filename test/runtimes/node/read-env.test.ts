import { afterEach, expect, it, vi } from 'vitest';
import { readEnv } from '#platform';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('a variable that is set to nothing counts as unset', () => {
  vi.stubEnv('BLAZEN_TS_TEST', 'value');
  expect(readEnv('BLAZEN_TS_TEST')).toBe('value');
  vi.stubEnv('BLAZEN_TS_TEST', '');
  expect(readEnv('BLAZEN_TS_TEST')).toBe(undefined);
});
