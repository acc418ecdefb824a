import { bytesToHex } from '../base/bytes.ts';
import { SnapshotError, SnapshotVersionMismatchError } from '../base/error-classes.ts';
import { BlazenError } from '../base/errors.ts';
import { decodeJson, encodeJson, parseJson } from '../base/json-codec.ts';
import { type EnvelopeKind, open, seal, sha256 } from './envelope.ts';

/** The JSON form of a snapshot: plain JSON, with the SHA-256 of its body. */
export interface SnapshotJson<Format extends string = 'blazen-ts.snapshot'> {
  readonly format: Format;
  readonly v: number;
  /** SHA-256 of the JSON text of `body`, in hexadecimal. */
  readonly sha256: string;
  readonly body: unknown;
}

/** What tells one kind of snapshot from the others. */
export interface DocumentKind<Body, Format extends string> {
  readonly format: Format;
  readonly version: number;
  /** Kind of the content of the binary form. */
  readonly content: EnvelopeKind;
  /** Kind of the content of the compact form, and the function of `blazen-ts/msgpack` that reads it. */
  readonly packed: EnvelopeKind;
  readonly unpacker: string;
  /** @throws SnapshotError naming what does not fit. */
  readonly check: (value: unknown) => asserts value is Body;
}

/** What all kinds of snapshots have in common: the forms in which they can be kept. */
export abstract class SnapshotDocument<Format extends string> {
  readonly #json: SnapshotJson<Format>;
  readonly #content: EnvelopeKind;

  constructor(json: SnapshotJson<Format>, content: EnvelopeKind) {
    this.#json = json;
    this.#content = content;
  }

  /** Plain JSON data: what `JSON.stringify(snapshot)` writes. */
  toJSON(): SnapshotJson<Format> { return this.#json; }

  /** JSON text. */
  toString(): string { return JSON.stringify(this.#json); }

  /** JSON text with line breaks and two spaces of indent. */
  toJsonPretty(): string { return JSON.stringify(this.#json, null, 2); }

  /** A framed binary form: magic, version, length, SHA-256, content. */
  toBytes(): Promise<Uint8Array> { return seal(this.#content, new TextEncoder().encode(JSON.stringify(this.#json.body))); }
}

/** @throws SerializationError naming the value that a snapshot cannot hold. */
export async function writeDocument<Body, Format extends string>({ format, version }: DocumentKind<Body, Format>, body: Body): Promise<SnapshotJson<Format>> {
  const text = encodeJson(body, 'snapshot');
  return { format, v: version, sha256: await hash(text), body: JSON.parse(text) };
}

/**
 * The body of a snapshot in any of its forms.
 *
 * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged or of another kind.
 */
export async function readDocument<Body, Format extends string>(kind: DocumentKind<Body, Format>, source: SnapshotJson<Format> | string | Uint8Array): Promise<Body> {
  try {
    if (source instanceof Uint8Array) {
      const { kind: found, content } = await open(source);
      if (found === kind.packed) throw new SnapshotError(`Cannot read the snapshot: its content is MessagePack. Read it with ${kind.unpacker} of 'blazen-ts/msgpack'`);
      if (found !== kind.content) throw new SnapshotError(`Cannot read the snapshot: its content is not that of a ${kind.format}`);
      return checkedBody(kind, decodeJson(new TextDecoder('utf-8', { fatal: true }).decode(content)));
    }
    const json = (typeof source === 'string' ? parseJson(source) : source) as Partial<SnapshotJson<string>> | null;
    if (json?.format !== kind.format) throw new SnapshotError(`Cannot read the snapshot: this is not a ${kind.format}. Use fromReference for the reference format`);
    if (typeof json.v === 'number' && json.v > kind.version) throw newer(json.v, kind.version);
    const text = JSON.stringify(json.body);
    if (text === undefined || await hash(text) !== json.sha256) throw new SnapshotError('Cannot read the snapshot: its content is damaged');
    return checkedBody(kind, decodeJson(text));
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** The error of a snapshot that could not be read. */
export function unreadable(cause: unknown): SnapshotError {
  if (cause instanceof SnapshotError) return cause;
  return new SnapshotError(`Cannot read the snapshot: ${cause instanceof BlazenError ? cause.message : 'its content is damaged'}`, { cause });
}

/** @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything that is not a body of this kind. */
export function checkedBody<Body, Format extends string>(kind: DocumentKind<Body, Format>, decoded: unknown): Body {
  const body = decoded as { v?: unknown } | null;
  if (typeof body === 'object' && body !== null && typeof body.v === 'number' && body.v > kind.version) throw newer(body.v, kind.version);
  kind.check(body);
  return body;
}

async function hash(text: string): Promise<string> {
  return bytesToHex(await sha256(new TextEncoder().encode(text)));
}

/** The error of a snapshot that this package is too old for. */
export function newer(version: number, known: number): SnapshotVersionMismatchError {
  return new SnapshotVersionMismatchError(`Cannot read the snapshot: its version is ${version}, this package knows ${known}. Update blazen-ts`);
}
