/** A new random UUID v4. Pages on plain HTTP have no `crypto.randomUUID`, but they have random bytes. */
export function uuid(): string {
  return crypto.randomUUID?.() ?? '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) => (+digit ^ crypto.getRandomValues(new Uint8Array(1))[0]! & 15 >> +digit / 4).toString(16));
}
