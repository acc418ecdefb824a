import { checkBody } from './check-body.ts';
import { JSON_CONTENT, MESSAGE_PACK_CONTENT } from './envelope.ts';
import { FORMAT } from './run-functions.ts';
import { BODY_VERSION, type SnapshotBody } from './snapshot-body.ts';
import { type DocumentKind, readDocument, SnapshotDocument } from './snapshot-document.ts';
import { type SnapshotJson, writeJson } from './snapshot-json.ts';

type Format = SnapshotJson['format'];

/** @internal */
export const KIND: DocumentKind<SnapshotBody, Format> = {
  format: FORMAT, version: BODY_VERSION, content: JSON_CONTENT, packed: MESSAGE_PACK_CONTENT, unpacker: 'unpackSnapshot', check: checkBody,
};

/**
 * A run, as it can be kept and moved: resume it with `Workflow.resume`, in this process or another, in this runtime or
 * another. `toString` and `toJSON` give JSON, `toBytes` a framed binary form; damage to any of them is found.
 */
export class WorkflowSnapshot extends SnapshotDocument<Format> {
  readonly #body: SnapshotBody;

  private constructor(body: SnapshotBody, json: SnapshotJson) {
    super(json, KIND.content);
    this.#body = body;
  }

  /** @internal @throws SerializationError naming the event or value that a snapshot cannot hold. */
  static async of(body: SnapshotBody): Promise<WorkflowSnapshot> {
    return new WorkflowSnapshot(body, await writeJson(KIND.format, KIND.version, body));
  }

  /**
   * Read a snapshot in any of its forms.
   *
   * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged.
   */
  static async from(source: WorkflowSnapshot | SnapshotJson | string | Uint8Array): Promise<WorkflowSnapshot> {
    return source instanceof WorkflowSnapshot ? source : WorkflowSnapshot.of(await readDocument(KIND, source));
  }

  /** Name of the workflow. */
  get workflow(): string { return this.#body.workflow; }
  /** Id of the run, kept when it is resumed. */
  get runId(): string { return this.#body.runId; }
  /** @internal */
  get body(): SnapshotBody { return this.#body; }
}
