import { ValidationError } from '../base/error-classes.ts';
import { type BlazenError, isBlazenError } from '../base/errors.ts';

/** An error as a client is told it: its class by name, its code and fields. Never a stack, never a cause. */
export interface ErrorJson {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/** A request that is answered with this status because of this error. */
export class Refusal {
  readonly status: number;
  readonly error: BlazenError;
  readonly headers: Record<string, string>;

  constructor(status: number, error: BlazenError, headers: Record<string, string> = {}) {
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

/** A request that cannot be understood. */
export function badRequest(what: string, path?: string): Refusal {
  return new Refusal(400, new ValidationError(`Cannot read the request: ${what}`, path === undefined ? {} : { path }));
}

/** The error of a run: whoever may see the run may see why it ended. */
export function errorJson(error: unknown): ErrorJson {
  if (isBlazenError(error)) return error.toJSON() as unknown as ErrorJson;
  return { name: 'Error', message: error instanceof Error ? error.message : String(error) };
}

const STATUS: Readonly<Record<string, number>> = {
  validation: 400, serialization: 400, unsupported: 501,
  'workflow.not_found': 404, 'workflow.run_not_found': 404, 'workflow.run_ended': 409, 'workflow.input': 409,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 409: 'Conflict', 413: 'Content Too Large',
  415: 'Unsupported Media Type', 500: 'Internal Server Error', 501: 'Not Implemented', 503: 'Service Unavailable',
};

/** What went wrong as `application/problem+json` (RFC 9457), with the error under `error`. */
export function problem(thrown: unknown): Response {
  const { status, error, headers } = thrown instanceof Refusal ? thrown : new Failure(thrown);
  const title = TITLES[status] as string;
  const body = { type: 'about:blank', title, status, detail: error.message, error };
  return new Response(JSON.stringify(body), { status, headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } });
}

/** An error that nobody refused a request with. */
class Failure {
  readonly status: number;
  readonly error: ErrorJson;
  readonly headers = {};

  constructor(thrown: unknown) {
    const known = isBlazenError(thrown) ? thrown : null;
    this.status = (known && STATUS[known.code]) ?? (known?.retryable ? 503 : 500);
    // Messages and fields of an inner failure may tell paths and addresses of the server.
    this.error = this.status !== 500 && this.status !== 503 ? errorJson(thrown)
      : { name: known?.name ?? 'Error', message: 'The server failed', ...(known && { code: known.code, retryable: known.retryable }) };
  }
}
