// What a Worker and the object of a run say to each other.
import { BlazenError } from '../../base/errors.ts';
import { enrichError } from '../../base/enrich-error.ts';
import { decodeJson, encodeJson } from '../../base/json-codec.ts';

/** Where an object is asked; only path and query matter. */
export const OBJECT_URL = 'https://run/';

/** Answer a call. */
export function valueResponse(value: unknown): Response {
  return new Response(encodeJson({ value }));
}

/** Answer a call that failed. */
export function errorResponse(error: unknown): Response {
  return new Response(errorText(error), { status: 500 });
}

/** What an answer holds. @throws the error it tells, of its own class. */
export async function readResponse(response: Response): Promise<unknown> {
  return readMessage(await response.text())['value'];
}

/** An error as text: a message of a socket, or the body of an answer. Never its cause. */
export function errorText(error: unknown): string {
  const told = error instanceof BlazenError ? error : { name: error instanceof Error ? error.name : 'Error', message: error instanceof Error ? error.message : String(error) };
  return JSON.stringify({ error: told });
}

/** @throws the error that the message tells, of its own class. */
export function readMessage(text: string): Readonly<Record<string, unknown>> {
  const message = decodeJson(text) as Record<string, unknown>;
  const told = message['error'] as { readonly message: string } | undefined;
  if (told === undefined) return message;
  const error = enrichError(told);
  throw error instanceof Error ? error : Object.assign(new Error(told.message), told);
}
