import { CORE_SCHEMA, load } from 'js-yaml';
import { SerializationError } from '../../base/error-classes.ts';
import { isUnsafeKey, MAX_DEPTH } from '../../base/storable.ts';

/** Longest file, in characters. */
const MAX_LENGTH = 1_048_576;
/** Values in a file, at most: aliases can make few lines stand for many. */
const MAX_VALUES = 100_000;

/**
 * What a YAML text says, as plain data for `PromptRegistry.add`.
 *
 * @throws SerializationError for text that is no YAML, is too long, holds too much (1 Mi characters, 100,000 values, 64
 * levels), or has a key that reaches a prototype.
 */
export function parsePromptYaml(text: string): unknown {
  if (text.length > MAX_LENGTH) throw new SerializationError(`Cannot read the YAML: it is longer than ${MAX_LENGTH} characters`);
  let value: unknown;
  try {
    value = load(text, { schema: CORE_SCHEMA });
  } catch (cause) {
    throw new SerializationError(`Cannot read the YAML: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : 'it is malformed'}`, { cause });
  }
  let left = MAX_VALUES;
  const copy = (part: unknown, depth: number): unknown => {
    if (--left < 0 || depth > MAX_DEPTH) throw new SerializationError(`Cannot read the YAML: it holds more than ${MAX_VALUES} values, or is nested more than ${MAX_DEPTH} deep`);
    if (Array.isArray(part)) return part.map((item) => copy(item, depth + 1));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => {
      if (isUnsafeKey(key)) throw new SerializationError(`Cannot read the YAML: the key '${key}' is not allowed`);
      return [key, copy(item, depth + 1)];
    }));
  };
  return copy(value, 0);
}
