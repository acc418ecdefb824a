import { isBlazenError } from 'blazen-ts';

/** A request that cannot be served, with the status that says so. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What a client is told about an error: no stack, and no message of somebody else's. */
export function describeError(error: unknown): { readonly status: number; readonly code: string; readonly message: string } {
  if (error instanceof HttpError) return { status: error.status, code: error.code, message: error.message };
  if (isBlazenError(error) && error.code === 'validation') return { status: 400, code: error.code, message: error.message };
  console.error(error);
  return { status: 500, code: 'internal', message: 'The server failed' };
}

export function toErrorResponse(error: unknown): Response {
  const { status, code, message } = describeError(error);
  return Response.json({ error: { code, message } }, { status });
}
