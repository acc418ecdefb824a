import { BlazenError, isBlazenError, StepError, type ErrorCode } from '../../src/index.ts';
import type { Equal, Expect } from './equal.ts';

declare const caught: unknown;

if (isBlazenError(caught)) {
  type _Narrowed = Expect<Equal<typeof caught, BlazenError>>;
  type _Code = Expect<Equal<typeof caught.code, ErrorCode>>;
  // @ts-expect-error the union of codes is closed
  if (caught.code === 'no.such.code') throw caught;
}

// @ts-expect-error a step error says which step, event and attempt
export const incomplete = new StepError('Step failed', { step: 'search' });

// @ts-expect-error an unknown option is a mistake
export const misspelt = new BlazenError('Failed', { retriable: true });
