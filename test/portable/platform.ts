import { hostName, readEnv } from '#platform';
import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t) => {
  t.test('each host gets its own platform module', () => {
    t.equal(hostName, __HOST__);
  });

  t.test('a variable that nobody set reads as undefined', () => {
    t.equal(readEnv('BLAZEN_TS_SURELY_NOT_SET'), undefined);
  });
};

export default suite;
