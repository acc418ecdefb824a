import type { RagFile } from 'blazen-ts/rag';
import { HttpError } from './http-error.ts';

const MAX_BODY = 1_000_000;
const MAX_FILES = 20;
const MAX_NAME = 200;
const MAX_QUESTION = 1000;

/** `{ "files": [{ "name", "text" }] }` */
export async function readFiles(request: Request): Promise<RagFile[]> {
  const files = (await readJson(request))['files'];
  if (!Array.isArray(files) || files.length === 0) throw invalid("'files' must be a list of { name, text }");
  if (files.length > MAX_FILES) throw new HttpError(413, 'too_many_files', `A request may bring ${MAX_FILES} files, this one brings ${files.length}`);
  return files.map((file: unknown) => {
    const { name, text } = (file ?? {}) as { name?: unknown; text?: unknown };
    if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) throw invalid(`each file needs a 'name' of 1 to ${MAX_NAME} characters`);
    if (typeof text !== 'string') throw invalid(`'${name}' needs a 'text'`);
    return { name, text };
  });
}

/** `{ "question" }` */
export async function readAsk(request: Request): Promise<{ question: string }> {
  const { question } = await readJson(request);
  if (typeof question !== 'string') throw invalid("'question' must be a string");
  if (question.length > MAX_QUESTION) throw invalid(`the question has ${question.length} characters, more than ${MAX_QUESTION}`);
  return { question };
}

/** The body as a JSON object; no more of it is read than is allowed. */
async function readJson(request: Request): Promise<Record<string, unknown>> {
  if (!request.headers.get('content-type')?.startsWith('application/json')) {
    throw new HttpError(415, 'unsupported_media_type', 'Send JSON with content-type: application/json');
  }
  const tooLarge = (): HttpError => new HttpError(413, 'too_large', `The body may have ${MAX_BODY} bytes`);
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) throw tooLarge();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const bytes of request.body ?? []) {
    if ((size += bytes.length) > MAX_BODY) throw tooLarge();
    text += decoder.decode(bytes, { stream: true });
  }
  let body: unknown;
  try {
    body = JSON.parse(text + decoder.decode());
  } catch {
    throw invalid('the body is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('the body must be a JSON object');
  return body as Record<string, unknown>;
}

function invalid(what: string): HttpError {
  return new HttpError(400, 'validation', `Cannot read the request: ${what}`);
}
