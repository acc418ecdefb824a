import { bytesToHex } from '../../base/bytes.ts';

/** Documented limit of ids and namespaces. */
const MAX_BYTES = 64;

/**
 * The text as an id or namespace of Vectorize: as it is behind '=', or, when it is too long, its SHA-256 behind '#'. Never
 * empty, because a query without a namespace looks at all of them.
 */
export async function boundedName(text: string): Promise<string> {
  // JSON tells lone surrogates apart, which UTF-8 does not.
  const name = `=${JSON.stringify(text).slice(1, -1)}`;
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= MAX_BYTES) return name;
  return `#${bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))).slice(0, MAX_BYTES - 2)}`;
}
