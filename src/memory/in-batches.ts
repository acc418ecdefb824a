import { throwIfAborted } from '../base/abort.ts';
import { ValidationError } from '../base/error-classes.ts';

/**
 * The items in lists of at most `size`, read no faster than the lists are asked for.
 *
 * @throws ValidationError when the size is not a count, AbortedError between two lists.
 */
export async function* inBatches<Item>(
  items: Iterable<Item> | AsyncIterable<Item>, size: number, signal: AbortSignal | undefined,
): AsyncGenerator<Item[]> {
  if (!Number.isSafeInteger(size) || size < 1) throw new ValidationError("'batchSize' is not a count");
  const check = (): void => throwIfAborted(signal, 'Adding to the memory');
  check();
  let batch: Item[] = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    check();
    yield batch;
    batch = [];
  }
  if (batch.length === 0) return;
  check();
  yield batch;
}
