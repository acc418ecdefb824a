import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Channel } from '../../../src/base/channel.ts';

test('whatever the order of pushing and reading, the reader gets everything once and in order, then the end', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 40 }), fc.boolean(), async (gaps, fails) => {
    const channel = new Channel<number>();
    const read: number[] = [];
    const reading = (async () => { for await (const item of channel) read.push(item); })();
    let n = 0;
    for (const gap of gaps) {
      channel.push(n++);
      for (let i = 0; i < gap; i++) await Promise.resolve();
    }
    const error = new Error('broken');
    channel.end(fails ? error : undefined);
    channel.push(-1);
    channel.end(new Error('too late'));
    await (fails ? expect(reading).rejects.toBe(error) : reading);
    expect(read).toEqual(gaps.map((_, i) => i));
  }));
});

test('items pushed while the reader works on earlier ones are not lost', async () => {
  const channel = new Channel<number>();
  channel.push(0);
  const read: number[] = [];
  for await (const item of channel) {
    read.push(item);
    if (item < 5) channel.push(item + 1);
    else channel.end();
  }
  expect(read).toEqual([0, 1, 2, 3, 4, 5]);
});
