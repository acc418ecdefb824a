import { ValidationError } from '../base/error-classes.ts';
import { isRecord } from '../base/json.ts';
import { parseJson } from '../base/json-codec.ts';
import { badRequest, Refusal } from './problem.ts';

/** Bytes a body may have. */
const MAX_BODY = 1_000_000;

/**
 * The body as a JSON object, an empty one when there is none. Never reads more than is allowed.
 *
 * @throws Refusal for another media type, more than 1 MB, and what is not a JSON object, is nested deeper than 64, or has
 * keys that reach a prototype.
 */
export async function readJson(request: Request): Promise<Record<string, unknown>> {
  const tooLarge = (): Refusal => new Refusal(413, new ValidationError(`Cannot read the request: the body has more than ${MAX_BODY} bytes`));
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) throw tooLarge();
  const text = await readText(request, tooLarge);
  if (text === '') return {};
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw new Refusal(415, new ValidationError('Cannot read the request: send JSON with content-type: application/json'));
  }
  const body = parseJson(text);
  if (!isRecord(body)) throw badRequest('the body must be a JSON object');
  return body;
}

async function readText(request: Request, tooLarge: () => Refusal): Promise<string> {
  if (request.body === null) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  let size = 0;
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      if ((size += chunk.value.length) > MAX_BODY) throw tooLarge();
      text += decoder.decode(chunk.value, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    void reader.cancel().catch(() => undefined);
    throw error instanceof Refusal ? error : badRequest(error instanceof TypeError ? 'the body is not UTF-8' : 'the body broke off');
  }
}
