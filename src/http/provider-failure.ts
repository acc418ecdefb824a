import {
  AuthError, ContentPolicyError, ModelNotFoundError, ProviderError, RateLimitError, type ProviderErrorFields,
} from '../base/error-classes.ts';
import { asArray, asNumber, asRecord, asString, isRecord } from '../base/json.ts';
import { readRetryAfter } from './retry-after.ts';

/** Who was asked, and what must never show in an error. */
export interface FailureContext {
  readonly provider: string;
  readonly endpoint: string;
  /** Keys and tokens of the request. */
  readonly secrets: readonly string[];
}

const MAX_BODY = 4096;
const MAX_MESSAGE = 600;

/** The typed error for an HTTP answer that is not a success; reads the body. */
export async function errorFromResponse(response: Response, context: FailureContext): Promise<ProviderError> {
  const text = await readStart(response);
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    if (/^\s*<(!doctype|html)/i.test(text)) body = `an HTML page (${/<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim() || 'without a title'})`;
  }
  return providerFailure(body, context, response.status, response.headers);
}

/**
 * The typed error for a failure a provider describes, in an HTTP body or inside a stream.
 *
 * @param status HTTP status; null for an error inside a stream, whose kind its own code or type tells.
 */
export function providerFailure(
  body: unknown, context: FailureContext, status: number | null, headers: Headers | null = null,
): ProviderError {
  const root = asRecord(Array.isArray(body) ? body[0] : body);
  const error = asRecord(root['error']);
  const said = asString(error['message']) ?? asString(root['message']) ?? asString(root['Message']) ?? readDetail(root['detail'])
    ?? asString(root['error']) ?? asString(body) ?? '';
  const detail = redact(said, context.secrets).slice(0, MAX_BODY);
  const words = [
    error['type'], error['code'], error['status'], root['type'], root['code'], root['__type'], headers?.get('x-amzn-errortype'),
    ...asArray(error['details']).map((item) => asRecord(item)['reason']), asRecord(error['innererror'])['code'],
  ].filter((word) => typeof word === 'string').join(' ').toLowerCase();
  const inner = asNumber(error['code']) ?? asNumber(root['code']) ?? asNumber(error['status_code']);
  const effective = status !== null && status >= 400 ? status : inner ?? null;
  const fields: ProviderErrorFields = {
    provider: context.provider, endpoint: context.endpoint, status: status ?? inner ?? null, detail: detail || null,
    requestId: headers?.get('x-fal-request-id') ?? headers?.get('x-request-id') ?? headers?.get('request-id')
      ?? headers?.get('x-amzn-requestid') ?? asString(root['request_id']) ?? null,
    retryAfterMs: readRetryAfter(headers, body),
  };
  const reason = detail.slice(0, MAX_MESSAGE) || `status ${effective ?? 'unknown'}`;
  const provider = context.provider;
  if (isAuth(effective, words, detail)) return new AuthError(`authentication failed: ${provider} says: ${reason}`, fields);
  if (/content_filter|content_policy|contentpolicy|moderation|safety|guardrail|responsibleai/.test(words)) {
    return new ContentPolicyError(`content refused by ${provider}: ${reason}`, fields);
  }
  if (effective === 429 || /rate_?limit|too_?many_?requests|throttl|resource_exhausted|insufficient_quota/.test(words)) {
    // A used-up budget does not come back by waiting.
    return new RateLimitError(`rate limited by ${provider}: ${reason}`, { ...fields, retryable: !words.includes('insufficient_quota') });
  }
  if (effective === 404 || /model_not_found|notfounderror/.test(words)) {
    return new ModelNotFoundError(`${provider} error: not found: ${reason}`, fields);
  }
  return new ProviderError(`${provider} error: ${reason}`, { ...fields, retryable: isRetryable(effective, words, headers) });
}

/** The text without any of the secrets. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length > 3) clean = clean.replaceAll(secret, '[redacted]');
  return clean;
}

function isAuth(status: number | null, words: string, detail: string): boolean {
  if (status === 401) return true;
  if (/authentication|unauthenticated|invalid_api_key|api_key_invalid|permission_?denied|permission_error|accessdenied|unrecognizedclient|invalidsignature|expiredtoken/.test(words)) return true;
  return (status === 400 || status === 403) && /api[ _-]?key|credential|security token|unauthori[sz]ed/i.test(detail);
}

function isRetryable(status: number | null, words: string, headers: Headers | null): boolean {
  const advice = headers?.get('x-should-retry');
  if (advice === 'true' || advice === 'false') return advice === 'true';
  if (status !== null && status >= 400) return status === 408 || status === 409 || status === 425 || (status >= 500 && status !== 501 && status !== 505);
  return /overloaded|unavailable|server_error|internal|api_error|timeout|timed_out/.test(words);
}

/** FastAPI style: a text, or a list of problems. */
function readDetail(detail: unknown): string | undefined {
  if (!Array.isArray(detail)) return asString(detail);
  return detail.map((item) => (isRecord(item) ? `${asArray(item['loc']).join('.')}: ${String(item['msg'])}` : String(item))).join('; ');
}

/** The start of a body: an endless or huge error page must not be read whole. */
async function readStart(response: Response, limit = 64 * 1024): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < limit) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    // A connection cut in the middle of an error still tells its status.
  }
  return text;
}
