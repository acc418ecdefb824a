import type { Suite } from './harness/test-api.ts';
import type { Lib } from './lib.ts';

const suite: Suite<Lib> = (t, { durable: { InMemoryCheckpointStore }, testing }) => {
  testing.checkpointStoreSuite({ ...t, test: (title, run) => t.test(`in memory: ${title}`, run) }, {
    create: () => new InMemoryCheckpointStore(), sequences: 200,
  });
};

export default suite;
