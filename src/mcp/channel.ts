import { abortError } from '../base/abort.ts';
import { AuthError, NetworkError, ProviderError } from '../base/error-classes.ts';
import { asRecord, isRecord } from '../base/json.ts';
import { parseJson } from '../base/json-codec.ts';

/** Called like `fetch(url, init)`. */
export type McpFetch = (url: string, init: RequestInit) => Promise<Response>;

/** A message of JSON-RPC; one without an id is answered by nothing. */
export interface Message { readonly jsonrpc: '2.0'; readonly id?: number; readonly method: string; readonly params?: object }

/** What a server answered, and the session it named in the HTTP head. */
export interface Reply { readonly result: Record<string, unknown>; readonly session: string | null }

const MAX_ANSWER = 16 * 1024 * 1024;

/**
 * Send one message over streamable HTTP and wait for its answer, which comes as JSON or in an event stream.
 *
 * @throws AuthError for status 401 and 403, ProviderError for an error of the protocol or an answer that is none (`detail`
 * says what the server said), NetworkError, AbortedError.
 */
export async function post(fetch: McpFetch, url: string, headers: Record<string, string>, message: Message, signal: AbortSignal | undefined): Promise<Reply> {
  const endpoint = url.replace(/\?.*$/, '');
  const fields = { provider: 'mcp', endpoint };
  let response: Response | undefined;
  try {
    response = await fetch(url, {
      method: 'POST', body: JSON.stringify(message), signal: signal ?? null,
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    });
    const { status } = response;
    const failure = { ...fields, status };
    if (status === 401 || status === 403) throw new AuthError(`mcp error: not allowed, status ${status}`, failure);
    const session = response.headers.get('mcp-session-id');
    if (message.id === undefined) return { result: {}, session };
    for await (const { id, method, error, result } of answersOf(response)) {
      if (id !== message.id || method !== undefined) continue;
      if (!isRecord(error)) return { result: asRecord(result), session };
      throw new ProviderError(`mcp error: ${String(error['message'])}`, { ...failure, detail: JSON.stringify(error) });
    }
    throw new ProviderError(`mcp error: no result, status ${status}`, { ...failure, retryable: status >= 500 });
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    if (signal?.aborted) throw abortError(signal, 'The MCP request');
    throw new NetworkError('mcp error: no answer that can be read', { ...fields, cause: error });
  } finally {
    await response?.body?.cancel().catch(() => undefined);
  }
}

/** The messages of an answer, as they come. */
async function* answersOf({ headers, body }: Response): AsyncGenerator<Record<string, unknown>> {
  const streamed = headers.get('content-type')?.startsWith('text/event-stream');
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let text = '';
  try {
    for (let step = await reader?.read(); step?.done === false; step = await reader?.read()) {
      text += decoder.decode(step.value, { stream: true });
      if (text.length > MAX_ANSWER) throw new Error('longer than 16 MiB');
      // An event ends with an empty line; a piece may hold several, or a part of one.
      const events = streamed ? text.split(/\r?\n\r?\n/) : [text];
      text = events.pop() as string;
      for (const event of events) {
        const data = event.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5)).join('\n');
        if (data.trim()) yield asRecord(parseJson(data));
      }
    }
    if (!streamed) yield asRecord(parseJson(text));
  } finally {
    reader?.releaseLock();
  }
}

/** A text as an HTTP field value; what is not plain ASCII is wrapped as the protocol says. */
export function headerValue(text: string): string {
  if (/^[!-~](?:[ -~\t]*[!-~])?$/.test(text) && !text.startsWith('=?base64?')) return text;
  return `=?base64?${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}?=`;
}
