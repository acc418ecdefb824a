import { bytesToHex } from '../base/bytes.ts';
import { SnapshotError, SnapshotVersionMismatchError } from '../base/error-classes.ts';
import { decodeJson, toTagged } from '../base/json-codec.ts';

/** The JSON form of a snapshot: plain JSON, with the SHA-256 of its body. */
export interface SnapshotJson<Format extends string = 'blazen-ts.snapshot'> {
  readonly format: Format;
  readonly v: number;
  /** SHA-256 of the JSON text of `body`, in hexadecimal. */
  readonly sha256: string;
  readonly body: unknown;
}

/** @throws SerializationError naming the value that a snapshot cannot hold. */
export async function writeJson<Format extends string>(format: Format, v: number, value: unknown): Promise<SnapshotJson<Format>> {
  const body = toTagged(value, 'snapshot');
  return { format, v, sha256: await hash(body), body };
}

/**
 * What is made of the body in the JSON text of a snapshot.
 *
 * @param use throws where the body is not what it has to be.
 * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged or of another kind.
 */
export async function readJson<Value>(format: string, known: number, text: string, use: (body: unknown) => Value): Promise<Value> {
  try {
    const json = decodeJson(text) as Partial<SnapshotJson<string>> | null;
    if (json?.format !== format) throw new SnapshotError(`Cannot read the snapshot: this is not a ${format}. Use fromReference for the reference format`);
    checkVersion(json.v, known);
    const { body } = json;
    // Said again as it was said: what says it in another way has been changed.
    if (await hash(toTagged(body, 'snapshot')) !== json.sha256) throw unreadable();
    return use(body);
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** The error of a snapshot that could not be read. */
export function unreadable(cause?: unknown): SnapshotError {
  return cause instanceof SnapshotError ? cause : new SnapshotError('Cannot read the snapshot: its content is damaged', { cause });
}

/** @throws SnapshotVersionMismatchError for a version that this package is too old for. */
export function checkVersion(version: unknown, known: number): void {
  if ((version as number) > known) throw new SnapshotVersionMismatchError(`Cannot read the snapshot: its version is ${version as number}, this package knows ${known}. Update blazen-ts`);
}

async function hash(data: unknown): Promise<string> {
  return bytesToHex(await sha256(new TextEncoder().encode(JSON.stringify(data))));
}

/** SHA-256 of the bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}
