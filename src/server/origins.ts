import { AuthError, ValidationError } from '../base/error-classes.ts';
import { Refusal } from './problem.ts';

const PREFLIGHT = { 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': 'authorization, content-type, last-event-id', 'access-control-max-age': '600' };

/** Which pages of other origins may use the server. */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  /** @throws ValidationError for what is not an origin. */
  constructor(allowed: readonly string[]) {
    for (const origin of allowed) {
      if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
        throw new ValidationError(`Cannot allow the origin '${origin}': write scheme, host and port alone, as in https://app.example.com`, { path: 'allowOrigins' });
      }
    }
    this.#allowed = new Set(allowed);
  }

  /** The answer to the question whether a page may send a request; null when this is not that question. */
  preflight(request: Request): Response | null {
    if (request.method !== 'OPTIONS' || !request.headers.has('access-control-request-method') || !this.#allows(request)) return null;
    return this.answer(request, new Response(null, { status: 204, headers: PREFLIGHT }));
  }

  /**
   * Let no page of another origin change anything by way of a user's cookies. Browsers say where a request comes from;
   * other clients say nothing and are let through.
   *
   * @throws Refusal with 403.
   */
  check(request: Request): void {
    if (this.#allows(request)) return;
    const site = request.headers.get('sec-fetch-site');
    const origin = request.headers.get('origin');
    const foreign = site === null ? origin !== null && hostOf(origin) !== new URL(request.url).host : site !== 'same-origin' && site !== 'none';
    if (foreign) throw new Refusal(403, new AuthError(`Requests from pages of ${origin ?? 'other origins'} are not allowed: name the origin in 'allowOrigins'`, { status: 403 }));
  }

  /** The response, readable by the page that asked if its origin is allowed. */
  answer(request: Request, response: Response): Response {
    if (this.#allowed.size === 0) return response;
    const headers = new Headers(response.headers);
    headers.append('vary', 'Origin');
    if (this.#allows(request)) {
      headers.set('access-control-allow-origin', request.headers.get('origin') as string);
      headers.set('access-control-allow-credentials', 'true');
      headers.set('access-control-expose-headers', 'location');
    }
    return new Response(response.body, { status: response.status, headers });
  }

  #allows(request: Request): boolean { return this.#allowed.has(request.headers.get('origin') ?? ''); }
}

function hostOf(origin: string): string | null { return URL.canParse(origin) ? new URL(origin).host : null; }
