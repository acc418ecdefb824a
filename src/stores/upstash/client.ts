import { throwIfAborted } from '../../base/abort.ts';
import { base64ToBytes } from '../../base/bytes.ts';
import { delay } from '../../base/delay.ts';
import { AuthError, NetworkError, ProviderError, RateLimitError, ResponseFormatError, ValidationError } from '../../base/error-classes.ts';

/** Where the database is, and how to reach it. */
export interface UpstashOptions {
  /** Address of the REST endpoint, `https://….upstash.io`. */
  readonly url: string;
  /** A token that may write. It belongs on a server: whoever has it has the database. */
  readonly token: string;
  /**
   * How often a command is sent again when the server cannot be reached, is busy or limits the rate. Default 3. An answer that
   * was lost counts as not reached: a bare INCR may then count twice; the stores of this package take no harm.
   */
  readonly retries?: number;
  /** Replies travel in base64 and what is not UTF-8 comes back as bytes. Default false: such bytes become U+FFFD. */
  readonly base64?: boolean;
  /** Default: the host's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Sends Redis commands over HTTP. Itself a client for the stores of `blazen-ts/stores/redis`. */
export interface UpstashClient {
  /** One command; its reply. */
  (command: readonly string[], options?: UpstashCallOptions): Promise<unknown>;
  /** Several commands in one request; others may come between them. A command that failed gives its error in its place. */
  pipeline(commands: readonly (readonly string[])[], options?: UpstashCallOptions): Promise<unknown[]>;
  /** Several commands in one request and one transaction, with nothing in between. Errors as with `pipeline`. */
  multi(commands: readonly (readonly string[])[], options?: UpstashCallOptions): Promise<unknown[]>;
}

/** Options of a call. */
export interface UpstashCallOptions {
  readonly signal?: AbortSignal;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/**
 * A client of Upstash's REST API, or of a proxy that speaks it: runs wherever `fetch` does.
 *
 * A refusal is a ProviderError with the server's own words (`ERR …`), a wrong token an AuthError, too many requests a
 * RateLimitError, and a server that cannot be reached a NetworkError; the last two after their retries. No error holds the token.
 *
 * @example
 * const client = upstash({ url: 'https://example.upstash.io', token: String(process.env['UPSTASH_REDIS_REST_TOKEN']) });
 * await client(['SET', 'greeting', 'hello']);
 */
export function upstash(options: UpstashOptions): UpstashClient {
  const { token, retries = 3, base64 = false } = options;
  const base = addressOf(options.url);
  if (typeof token !== 'string' || token === '') throw new ValidationError('Cannot use Upstash: the token is missing', { path: 'token' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...(base64 ? { 'upstash-encoding': 'base64' } : {}) };
  // Servers repeat what they were sent now and then.
  const hide = (text: string): string => text.replaceAll(token, '…').slice(0, 300);

  const once = async (path: string, body: string, signal: AbortSignal | undefined): Promise<unknown> => {
    let response: Response;
    let text: string;
    try {
      response = await (options.fetch ?? fetch)(base + path, { method: 'POST', headers, body, redirect: 'manual', ...(signal === undefined ? {} : { signal }) });
      text = await response.text();
    } catch (error) {
      throwIfAborted(signal, 'The command');
      const reason = error instanceof Error ? error.message : String(error);
      throw new NetworkError(`Cannot reach Upstash: ${hide(reason)}`, { provider: 'upstash' });
    }
    return read(response, text, hide);
  };
  const send = async (path: string, commands: unknown, { signal }: UpstashCallOptions = {}): Promise<unknown> => {
    throwIfAborted(signal, 'The command');
    const body = JSON.stringify(commands);
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(path, body, signal);
      } catch (error) {
        if (!(error instanceof ProviderError) || !error.retryable || attempt >= retries) throw error;
        await delay(Math.min(error.retryAfterMs ?? FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS), signal);
      }
    }
  };
  const result = (reply: unknown): unknown => (base64 ? decode((reply as Reply).result) : (reply as Reply).result);
  const many = async (path: string, commands: readonly (readonly string[])[], callOptions?: UpstashCallOptions): Promise<unknown[]> => {
    if (commands.length === 0) return [];
    const replies = await send(path, commands, callOptions);
    if (!Array.isArray(replies) || replies.length !== commands.length) throw malformed(200);
    return (replies as Reply[]).map((reply) => (reply.error === undefined ? result(reply) : refusal(hide(reply.error), 200)));
  };
  return Object.assign(
    async (command: readonly string[], callOptions?: UpstashCallOptions) => result(await send('', command, callOptions)),
    {
      pipeline: (commands: readonly (readonly string[])[], callOptions?: UpstashCallOptions) => many('/pipeline', commands, callOptions),
      multi: (commands: readonly (readonly string[])[], callOptions?: UpstashCallOptions) => many('/multi-exec', commands, callOptions),
    },
  );
}

interface Reply {
  readonly result?: unknown;
  readonly error?: string;
}

function addressOf(url: string): string {
  // The address itself stays out of the message: a password may be in it.
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new ValidationError('Cannot use Upstash: the address is not one of http or https', { path: 'url' });
  if (parsed.username !== '' || parsed.password !== '') throw new ValidationError('Cannot use Upstash: the address holds a password; give the token as `token`', { path: 'url' });
  return (parsed.origin + parsed.pathname).replace(/\/+$/, '');
}

/** The body of an answer. Throws what the status and body say. */
function read(response: Response, text: string, hide: (text: string) => string): unknown {
  const { status } = response;
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    if (response.ok) throw malformed(status);
  }
  if (response.ok && typeof body === 'object' && body !== null && (Array.isArray(body) || 'result' in body)) return body;
  const stated = (body as Reply | null)?.error;
  const said = typeof stated === 'string' ? hide(stated) : '';
  const fields = { provider: 'upstash', status };
  if (status === 401 || status === 403) throw new AuthError(`Upstash does not accept the token${said === '' ? '' : `: ${said}`}`, fields);
  if (status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new RateLimitError(`Upstash limits the rate${said === '' ? '' : `: ${said}`}`, { ...fields, retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null });
  }
  if (status >= 500) throw new NetworkError(`Upstash answers ${status}${said === '' ? '' : `: ${said}`}`, fields);
  throw said === '' ? malformed(status) : refusal(said, status);
}

function refusal(said: string, status: number): ProviderError {
  return new ProviderError(said, { provider: 'upstash', status });
}

function malformed(status: number): ResponseFormatError {
  return new ResponseFormatError(`Cannot read the answer of Upstash: it is not what the REST API says (status ${status})`, { provider: 'upstash', status });
}

// All text but 'OK' is in base64 then.
function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'string' || value === 'OK') return value;
  const bytes = base64ToBytes(value);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}
