import { expect, it } from 'vitest';
import { Arena } from '../../../src/memory/index/arena.ts';
import { javaScriptKernels } from '../../../src/memory/index/js-kernels.ts';
import { hostKernels } from '../../../src/memory/index/kernels.ts';

it('workerd scans with the compiled kernels it was given, although it compiles none itself', async () => {
  expect(() => new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))).toThrow(/disallowed by embedder/);
  const arena = new Arena();
  const [rows, query, out, addresses] = [arena.take(64), arena.take(128), arena.take(64), arena.take(64)];
  for (let i = 0; i < 64; i++) arena.bytes[rows + i] = i * 3 - 90;
  for (let i = 0; i < 32; i++) arena.shorts[query / 2 + i] = 4000 - i * 251;
  arena.ints[addresses / 4] = rows;
  const [js, compiled] = [javaScriptKernels, await hostKernels()].map((make, i) => {
    const kernels = make(arena);
    expect(/native code/.test(String(kernels.bytes))).toBe(i === 1);
    kernels.bytes(addresses, 1, query, out, 32, 2);
    return [...arena.floats.subarray(out / 4, out / 4 + 2)];
  });
  expect(compiled).toEqual(js);
});
