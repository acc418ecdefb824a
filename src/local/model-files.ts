import { LocalModelError } from '../base/error-classes.ts';
import { throwIfAborted } from '../base/abort.ts';
import type { LoadOptions } from './local-backend.ts';
import { Sha256 } from './sha256.ts';

/** How a file of a model is fetched. */
export interface ModelFileOptions extends LoadOptions {
  /** SHA-256 of the file in hexadecimal; other bytes are refused. */
  readonly sha256?: string;
}

/** Where a backend gets the files of its model: a ModelCache, or `networkFiles`. */
export interface ModelFiles {
  /**
   * The bytes at an address.
   *
   * @throws LocalModelError 'offline', 'not-found', 'unavailable', 'corrupt' or 'quota'; AbortedError.
   */
  read(url: string, options?: ModelFileOptions): Promise<Uint8Array<ArrayBuffer>>;
}

/** Fetches every time, beyond what the host's own HTTP cache keeps. */
export const networkFiles: ModelFiles = {
  async read(url, { signal, onProgress, sha256 } = {}) {
    const { body, total } = await openModelFile(url, await fetchModelFile(url, {}, signal));
    const pieces: Uint8Array[] = [];
    const hash = sha256 === undefined ? null : new Sha256();
    let loaded = 0;
    for await (const piece of readBody(url, body, signal)) {
      pieces.push(piece);
      hash?.update(piece);
      loaded += piece.length;
      onProgress?.({ file: url, loaded, total });
    }
    if (hash !== null) checkSha256(url, hash.hex(), sha256 as string);
    const bytes = new Uint8Array(loaded);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  },
};

/** An answer whose status says that the file comes, whole or in part. */
export interface OpenedFile {
  readonly response: Response;
  readonly body: ReadableStream<Uint8Array>;
  /** Bytes that will come; null when nobody says. */
  readonly total: number | null;
}

/** @throws LocalModelError 'offline' when no answer comes; AbortedError. */
export async function fetchModelFile(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<Response> {
  const action = `Fetching '${shown(url)}'`;
  throwIfAborted(signal, action);
  try {
    return await fetch(url, { headers, ...(signal ? { signal } : {}) });
  } catch (cause) {
    throwIfAborted(signal, action);
    throw offline(url, cause);
  }
}

/** @throws LocalModelError 'not-found' or 'unavailable' when the status says so. */
export async function openModelFile(url: string, response: Response): Promise<OpenedFile> {
  const { status, body, headers } = response;
  if (response.ok && body !== null) {
    // The length of a compressed answer is not that of the file.
    const length = headers.has('content-encoding') ? null : headers.get('content-length');
    return { response, body, total: length === null ? null : Number(length) };
  }
  await body?.cancel();
  if (status === 404 || status === 410) {
    throw new LocalModelError(`Cannot fetch '${shown(url)}': there is no such file (HTTP ${status})`, { problem: 'not-found', fix: 'Check the address of the model' });
  }
  throw new LocalModelError(`Cannot fetch '${shown(url)}': HTTP ${status}`, {
    problem: 'unavailable', fix: 'Check that the server gives the file to this page', retryable: status >= 500 || status === 429,
  });
}

/** The pieces of a body; what ends it early is an error of the tree, and leaving the loop ends the request. */
export async function* readBody(url: string, body: ReadableStream<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  let done = false;
  try {
    while (!done) {
      const step = await reader.read().catch((cause: unknown) => {
        done = true;
        throwIfAborted(signal, `Fetching '${shown(url)}'`);
        throw offline(url, cause);
      });
      if (step.done) done = true;
      else yield step.value;
    }
  } finally {
    if (!done) await reader.cancel().catch(() => undefined);
  }
}

/** @throws LocalModelError 'corrupt' */
export function checkSha256(url: string, actual: string, expected: string): void {
  if (actual === expected.toLowerCase()) return;
  throw new LocalModelError(`Cannot use '${shown(url)}': its SHA-256 is ${actual}, and ${expected} was expected`, {
    problem: 'corrupt', fix: 'Fetch it again; if that does not help, the file or the expected SHA-256 has changed',
  });
}

/** The address without what may be a secret. */
export function shown(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//');
}

function offline(url: string, cause: unknown): LocalModelError {
  return new LocalModelError(`Cannot fetch '${shown(url)}': the server cannot be reached, refuses this page (CORS), or hung up`, {
    problem: 'offline', fix: 'Check the connection, the address and the CORS headers of the server, and try again', retryable: true, cause,
  });
}
