import { asArray, asRecord, asString } from '../base/json.ts';

/**
 * How long a server asks to wait, in milliseconds; null when it does not say.
 *
 * Reads `retry-after-ms`, `Retry-After` in (fractional) seconds or as an HTTP date, and Google's RetryInfo in the body.
 */
export function readRetryAfter(headers: Headers | null, body: unknown, nowMs: number = Date.now()): number | null {
  const ms = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (ms >= 0) return ms;
  const after = headers?.get('retry-after')?.trim();
  if (after) {
    const seconds = Number(after);
    if (seconds >= 0) return seconds * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return Math.max(0, date - nowMs);
  }
  for (const detail of asArray(asRecord(asRecord(body)['error'])['details'])) {
    const delay = /^(\d+(?:\.\d+)?)s$/.exec(asString(asRecord(detail)['retryDelay']) ?? '');
    if (delay) return Number(delay[1]) * 1000;
  }
  return null;
}
