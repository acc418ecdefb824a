import { encodeJson } from '../base/json-codec.ts';
import { isUnsafeKey, MAX_DEPTH } from '../base/storable.ts';
import { WorkflowEvent } from '../events/index.ts';

/**
 * The text `encodeJson` gives, in one walk for what nearly every event and value is: plain data. There is one for each
 * commit of a run, so it is worth its own function.
 *
 * @param path names the value in the error.
 * @throws SerializationError naming the path of what cannot be stored.
 */
export function writeJson(value: unknown, path: string): string { return plain(value, 0) ?? encodeJson(value, path); }

/** Null for everything that needs a tag, and for what cannot be stored. */
function plain(value: unknown, depth: number): string | null {
  switch (typeof value) {
    case 'string': return quote(value);
    case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : null;
    case 'boolean': return value ? 'true' : 'false';
    case 'object': {
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) return null;
      if (Array.isArray(value)) return list(value, depth);
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== WorkflowEvent.prototype) return null;
      let text = '';
      for (const key of Object.keys(value)) {
        if (key === '$' || isUnsafeKey(key)) return null;
        const item = plain((value as Record<string, unknown>)[key], depth + 1);
        if (item === null) return null;
        text += `${text ? ',' : ''}${quote(key)}:${item}`;
      }
      return `{${text}}`;
    }
    default: return null;
  }
}

function list(values: readonly unknown[], depth: number): string | null {
  let text = '';
  for (let i = 0; i < values.length; i++) {
    const item = plain(values[i], depth + 1);
    if (item === null) return null;
    text += i ? `,${item}` : item;
  }
  return `[${text}]`;
}

/** Most texts need no escapes. */
function quote(text: string): string { return /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/.test(text) ? `"${text}"` : JSON.stringify(text); }

const encoder = /* @__PURE__ */ new TextEncoder();
/** Arrays up to this size are cheap to make, and quicker to fill than to have filled. */
const SHORT = 64;

/** The text in UTF-8. */
export function toUtf8(text: string): Uint8Array {
  const { length } = text;
  if (length > SHORT) return encoder.encode(text);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return encoder.encode(text);
    bytes[i] = code;
  }
  return bytes;
}
