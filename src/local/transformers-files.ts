import { LocalModelError } from '../base/error-classes.ts';
import type { LoadOptions } from './local-backend.ts';
import type { ModelFiles } from './model-files.ts';

/** What the package would have fetched; that a file is missing may be no failure for it. */
export async function readThrough(files: ModelFiles, url: string, load: LoadOptions): Promise<Response> {
  try {
    const bytes = await files.read(url, load);
    return new Response(bytes, { headers: { 'content-length': String(bytes.length) } });
  } catch (error) {
    if (error instanceof LocalModelError && error.problem === 'not-found') return new Response(null, { status: 404 });
    throw error;
  }
}

/** The cache of a package that shall keep nothing. In Node it puts an answer away unread, and wants it back at once. */
export class UnreadAnswers {
  readonly #handed = new WeakSet<Response>();
  readonly #put = new Map<string, Response>();

  hand(answer: Response): Response {
    this.#handed.add(answer);
    return answer;
  }

  match(name: string): Promise<Response | undefined> {
    const answer = this.#put.get(name);
    this.#put.delete(name);
    return Promise.resolve(answer);
  }

  put(name: string, answer: Response): Promise<void> {
    if (this.#handed.has(answer)) this.#put.set(name, answer);
    return Promise.resolve();
  }
}
