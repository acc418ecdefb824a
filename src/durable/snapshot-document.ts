import { SnapshotError } from '../base/error-classes.ts';
import { decodeJson } from '../base/json-codec.ts';
import { type EnvelopeKind, open, seal } from './envelope.ts';
import { readJson, type SnapshotJson, unreadable } from './snapshot-json.ts';

/** What tells one kind of snapshot from the others. */
export interface DocumentKind<Body, Format extends string> {
  readonly format: Format;
  readonly version: number;
  /** @throws SnapshotVersionMismatchError for a newer version, SnapshotError naming what does not fit. */
  readonly check: (value: unknown) => Body;
  /** Kind of the content of the binary form. */
  readonly content: EnvelopeKind;
  /** Kind of the content of the compact form, and the function of `blazen-ts/msgpack` that reads it. */
  readonly packed: EnvelopeKind;
  readonly unpacker: string;
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

/**
 * The body of a snapshot in any of its forms.
 *
 * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged or of another kind.
 */
export async function readDocument<Body, Format extends string>(kind: DocumentKind<Body, Format>, source: SnapshotJson<Format> | string | Uint8Array): Promise<Body> {
  const { format, version, check } = kind;
  if (!(source instanceof Uint8Array)) return readJson(format, version, typeof source === 'string' ? source : JSON.stringify(source), check);
  try {
    const { kind: found, content } = await open(source);
    if (found === kind.packed) throw new SnapshotError(`Cannot read the snapshot: its content is MessagePack. Read it with ${kind.unpacker} of 'blazen-ts/msgpack'`);
    if (found !== kind.content) throw new SnapshotError(`Cannot read the snapshot: its content is not that of a ${kind.format}`);
    return check(decodeJson(new TextDecoder('utf-8', { fatal: true }).decode(content)));
  } catch (cause) {
    throw unreadable(cause);
  }
}
