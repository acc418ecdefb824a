/** A new random UUID v4 from the host's cryptographic generator. */
export function uuid(): string {
  return crypto.randomUUID();
}
