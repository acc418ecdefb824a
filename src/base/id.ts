/** A new random UUID v4. Pages on plain HTTP have no `crypto.randomUUID`, but they have random bytes. */
export function uuid(): string {
  // Asked for at once: each call of getRandomValues costs more than the rest.
  const random = crypto.getRandomValues(new Uint8Array(31));
  let i = 0;
  return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) => (+digit ^ random[i++]! & 15 >> +digit / 4).toString(16));
}
