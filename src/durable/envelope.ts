import { SnapshotError, SnapshotVersionMismatchError } from '../base/error-classes.ts';
import { sha256 } from './snapshot-json.ts';

// Layout: 8 bytes magic, 2 bytes version, 2 bytes kind, 4 bytes length of the content, 32 bytes SHA-256 of the content
// (all big-endian), the content. Any damage is found before a byte of the content is looked at.

const MAGIC = [0x42, 0x4c, 0x5a, 0x4e, 0x54, 0x53, 0x0d, 0x0a]; // "BLZNTS\r\n"
const HEADER = 48;
const VERSION = 1;

/** What the content of an envelope is. */
export type EnvelopeKind = 1 | 2 | 3 | 4;
/** Content is the JSON of a snapshot body. */
export const JSON_CONTENT: EnvelopeKind = 1;
/** Content is the MessagePack of a snapshot body. */
export const MESSAGE_PACK_CONTENT: EnvelopeKind = 2;
/** Content is the JSON of the body of a pipeline's snapshot. */
export const PIPELINE_JSON_CONTENT: EnvelopeKind = 3;
/** Content is the MessagePack of the body of a pipeline's snapshot. */
export const PIPELINE_MESSAGE_PACK_CONTENT: EnvelopeKind = 4;

const KINDS: readonly EnvelopeKind[] = [JSON_CONTENT, MESSAGE_PACK_CONTENT, PIPELINE_JSON_CONTENT, PIPELINE_MESSAGE_PACK_CONTENT];

/** Frame the content. */
export async function seal(kind: EnvelopeKind, content: Uint8Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(HEADER + content.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(8, VERSION);
  view.setUint16(10, kind);
  view.setUint32(12, content.length);
  bytes.set(await sha256(content), 16);
  bytes.set(content, HEADER);
  return bytes;
}

/**
 * The content of a framed snapshot.
 *
 * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything that is not exactly what was sealed.
 */
export async function open(bytes: Uint8Array): Promise<{ readonly kind: EnvelopeKind; readonly content: Uint8Array }> {
  if (bytes.length < HEADER || MAGIC.some((byte, i) => bytes[i] !== byte)) throw new SnapshotError('Cannot read the snapshot: these are not the bytes of one');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(8);
  if (version > VERSION) throw new SnapshotVersionMismatchError(`Cannot read the snapshot: its version is ${version}, this package knows ${VERSION}`);
  const kind = view.getUint16(10) as EnvelopeKind;
  const content = bytes.subarray(HEADER);
  if (version !== VERSION || !KINDS.includes(kind) || view.getUint32(12) !== content.length) {
    throw new SnapshotError('Cannot read the snapshot: its header is damaged or its end is missing');
  }
  const sum = await sha256(content);
  if (sum.some((byte, i) => byte !== bytes[16 + i])) throw new SnapshotError('Cannot read the snapshot: its content is damaged');
  return { kind, content };
}
