import * as ort from 'onnxruntime-web/wasm';
import { expect, test } from 'vitest';
import { crossEncoderFiles } from '../../helpers/onnx/cross-encoder.ts';
import { encoderFiles, HIDDEN } from '../../helpers/onnx/encoder.ts';
import { crossScore, encoderStates } from '../../helpers/onnx/reference.ts';

const IDS = [2, 41, 9, 77, 3];
const int64 = (values: readonly number[]): ort.Tensor => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);

async function run(model: string | Uint8Array | undefined, types: readonly number[]): Promise<ort.Tensor> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model as Uint8Array, { executionProviders: ['wasm'] });
  const outputs = await session.run({ input_ids: int64(IDS), attention_mask: int64(IDS.map(() => 1)), token_type_ids: int64(types) });
  await session.release();
  return outputs[session.outputNames[0] as string] as ort.Tensor;
}

test('the runtime computes of the test encoder what its definition in double precision says', async () => {
  const states = await run(encoderFiles()['onnx/model.onnx'], [0, 0, 0, 0, 0]);
  expect(states.dims).toEqual([1, IDS.length, HIDDEN]);
  const expected = encoderStates(IDS).flat();
  expect(Math.max(...expected.map((x, i) => Math.abs(x - (states.data[i] as number))))).toBeLessThan(1e-5);
});

test('the runtime computes of the test cross-encoder what its definition says', async () => {
  const types = [0, 0, 0, 1, 1];
  const logits = await run(crossEncoderFiles()['onnx/model.onnx'], types);
  expect(logits.dims).toEqual([1, 1]);
  expect(Math.abs(logits.data[0] as number - crossScore(IDS, types))).toBeLessThan(1e-5);
});
