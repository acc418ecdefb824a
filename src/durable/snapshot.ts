import { bytesToHex } from '../base/bytes.ts';
import { SnapshotError, SnapshotVersionMismatchError } from '../base/error-classes.ts';
import { BlazenError } from '../base/errors.ts';
import { decodeJson, encodeJson, parseJson } from '../base/json-codec.ts';
import { JSON_CONTENT, open, seal, sha256 } from './envelope.ts';
import { BODY_VERSION, checkBody, type SnapshotBody } from './snapshot-body.ts';

/** The JSON form of a snapshot: plain JSON, with the SHA-256 of its body. */
export interface SnapshotJson {
  readonly format: 'blazen-ts.snapshot';
  readonly v: number;
  /** SHA-256 of the JSON text of `body`, in hexadecimal. */
  readonly sha256: string;
  readonly body: unknown;
}

const FORMAT = 'blazen-ts.snapshot';

/**
 * A run, as it can be kept and moved: resume it with `Workflow.resume`, in this process or another, in this runtime or
 * another. `toString` and `toJSON` give JSON, `toBytes` a framed binary form; damage to any of them is found.
 */
export class WorkflowSnapshot {
  readonly #body: SnapshotBody;
  readonly #json: SnapshotJson;

  private constructor(body: SnapshotBody, json: SnapshotJson) {
    this.#body = body;
    this.#json = json;
  }

  /** @internal @throws SerializationError naming the event or value that a snapshot cannot hold. */
  static async of(body: SnapshotBody): Promise<WorkflowSnapshot> {
    const text = encodeJson(body, 'snapshot');
    return new WorkflowSnapshot(body, { format: FORMAT, v: BODY_VERSION, sha256: bytesToHex(await sha256(new TextEncoder().encode(text))), body: JSON.parse(text) });
  }

  /**
   * Read a snapshot in any of its forms.
   *
   * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged.
   */
  static async from(source: WorkflowSnapshot | SnapshotJson | string | Uint8Array): Promise<WorkflowSnapshot> {
    if (source instanceof WorkflowSnapshot) return source;
    try {
      if (source instanceof Uint8Array) {
        const { content } = await open(source);
        return await WorkflowSnapshot.#fromText(new TextDecoder('utf-8', { fatal: true }).decode(content));
      }
      const json = (typeof source === 'string' ? parseJson(source) : source) as Partial<SnapshotJson> | null;
      if (json?.format !== FORMAT) throw new SnapshotError('Cannot read the snapshot: this is not one of this package. Use fromReference for the reference format');
      if (typeof json.v === 'number' && json.v > BODY_VERSION) throw newer(json.v);
      const text = JSON.stringify(json.body);
      if (text === undefined || bytesToHex(await sha256(new TextEncoder().encode(text))) !== json.sha256) throw new SnapshotError('Cannot read the snapshot: its content is damaged');
      return await WorkflowSnapshot.#fromText(text);
    } catch (cause) {
      if (cause instanceof SnapshotError) throw cause;
      throw new SnapshotError(`Cannot read the snapshot: ${cause instanceof BlazenError ? cause.message : 'its content is damaged'}`, { cause });
    }
  }

  static async #fromText(text: string): Promise<WorkflowSnapshot> {
    const body = decodeJson(text) as { v?: unknown };
    if (typeof body === 'object' && body !== null && typeof body.v === 'number' && body.v > BODY_VERSION) throw newer(body.v);
    checkBody(body);
    return WorkflowSnapshot.of(body);
  }

  /** Name of the workflow. */
  get workflow(): string { return this.#body.workflow; }
  /** Id of the run, kept when it is resumed. */
  get runId(): string { return this.#body.runId; }
  /** @internal */
  get body(): SnapshotBody { return this.#body; }

  /** Plain JSON data: what `JSON.stringify(snapshot)` writes. */
  toJSON(): SnapshotJson { return this.#json; }

  /** JSON text. */
  toString(): string { return JSON.stringify(this.#json); }

  /** A framed binary form: magic, version, length, SHA-256, content. */
  toBytes(): Promise<Uint8Array> { return seal(JSON_CONTENT, new TextEncoder().encode(JSON.stringify(this.#json.body))); }
}

function newer(version: number): SnapshotVersionMismatchError {
  return new SnapshotVersionMismatchError(`Cannot read the snapshot: its version is ${version}, this package knows ${BODY_VERSION}. Update blazen-ts`);
}
