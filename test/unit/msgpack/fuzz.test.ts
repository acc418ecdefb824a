import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromTagged, rawBytes, toTagged } from '../../../src/base/json-codec.ts';
import { MESSAGE_PACK_CONTENT, open, seal } from '../../../src/durable/envelope.ts';
import { elsewhere, fromReference, SnapshotError, isBlazenError, toReference, Workflow } from '../../../src/index.ts';
import { pack, unpack } from '../../../src/msgpack/codec.ts';
import { packReference, packSnapshot, unpackReference, unpackSnapshot } from '../../../src/msgpack/index.ts';

const START = 'blazen::StartEvent';
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('$', '__proto__', 'constructor', '\ud800', `${'x'.repeat(60)}\udc00`));
const storable = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text, fc.double(), fc.integer(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.bigInt(), fc.date(), fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(text, tie('value'), { maxKeys: 4 }), fc.uniqueArray(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    fc.array(fc.tuple(fc.string(), tie('value'))).map((entries) => new Map(entries)),
  ),
})).value;

it('any value that a snapshot holds comes back from MessagePack as it was', () => {
  fc.assert(fc.property(storable, (value) => {
    const bytes = pack(toTagged(value, 'value', rawBytes));
    expect(fromTagged(unpack(bytes))).toEqual(value);
    // Bytes are copies: they neither keep the snapshot alive nor change with it.
    bytes.fill(0);
  }), { numRuns: 5_000 });
});

const build = (): Workflow => new Workflow('parked')
  .addStep('ask', [START], (_event, context) => {
    context.set('map', new Map([['bytes', new Uint8Array([1, 2])]]));
    context.set('list', [1, -1, 0.5, 'text', null, 300, 70_000, 2 ** 40]);
    return [{ type: 'blazen::InputRequestEvent', request_id: 'q', prompt: '?' }, { type: 'Away', n: 1 }];
  })
  .addStep('away', ['Away'], () => null, elsewhere())
  .addStep('answer', ['blazen::InputResponseEvent'], (_event, context) => ({ type: 'blazen::StopEvent', result: context.get('list') }));

it('packed snapshots that were changed and sealed again are resumed or refused with a typed error, and reach no prototype', async () => {
  const handler = await build().runWithHandler();
  await handler.resting();
  const { content } = await open(await packSnapshot(await handler.snapshot()));
  const reference = packReference(toReference(await handler.snapshot()));
  const edits = fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255), how: fc.constantFrom('set', 'flip', 'cut', 'insert', 'repeat') }), { minLength: 1, maxLength: 4 });
  const counts = { resumed: 0, refused: 0 };
  await fc.assert(fc.asyncProperty(edits, fc.boolean(), async (changes, ours) => {
    let bytes = ours ? content : reference;
    for (const { at, byte, how } of changes) {
      const i = at % (bytes.length || 1);
      if (how === 'set') bytes = bytes.with(i, byte);
      else if (how === 'flip') bytes = bytes.with(i, (bytes[i] ?? 0) ^ (1 << (byte & 7)));
      else if (how === 'cut') bytes = bytes.slice(0, i);
      else bytes = Uint8Array.from([...bytes.slice(0, i), ...(how === 'insert' ? [byte] : bytes.slice(i - (byte & 31), i)), ...bytes.slice(i)]);
      if (bytes.length === 0) break;
    }
    try {
      const snapshot = ours ? await unpackSnapshot(await seal(MESSAGE_PACK_CONTENT, bytes)) : await fromReference(unpackReference(bytes));
      const resumed = await build().resume(snapshot);
      const failed = resumed.result().catch((error: unknown) => error);
      const status = await resumed.resting();
      resumed.abort();
      expect(status !== 'failed' || isBlazenError(await failed)).toBe(true);
      counts.resumed++;
    } catch (error) {
      if (!isBlazenError(error)) throw error;
      counts.refused++;
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  }), { numRuns: 6_000 });
  console.log(`changed and sealed again: ${counts.resumed} resumed, ${counts.refused} refused`);
}, 120_000);

it('random bytes are a SnapshotError', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
    await expect(unpackSnapshot(await seal(MESSAGE_PACK_CONTENT, bytes))).rejects.toThrow(SnapshotError);
    await expect(unpackSnapshot(bytes)).rejects.toThrow(SnapshotError);
    try {
      unpack(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(SnapshotError);
    }
  }), { numRuns: 3_000 });
});
