import { PIPELINE_JSON_CONTENT, PIPELINE_MESSAGE_PACK_CONTENT } from '../durable/envelope.ts';
import { type DocumentKind, readDocument, SnapshotDocument } from '../durable/snapshot-document.ts';
import { type SnapshotJson, writeJson } from '../durable/snapshot-json.ts';
import { checkPipelineBody, PIPELINE_BODY_VERSION, type PipelineBody } from './pipeline-body.ts';
import type { StageResult } from './types.ts';

type Format = 'blazen-ts.pipeline-snapshot';

/** The JSON form of a pipeline's snapshot. */
export type PipelineSnapshotJson = SnapshotJson<Format>;

/** A pipeline's snapshot in any of its forms. */
export type PipelineSnapshotSource = PipelineSnapshot | PipelineSnapshotJson | string | Uint8Array;

/** @internal */
export const KIND: DocumentKind<PipelineBody, Format> = {
  format: 'blazen-ts.pipeline-snapshot', version: PIPELINE_BODY_VERSION, content: PIPELINE_JSON_CONTENT, packed: PIPELINE_MESSAGE_PACK_CONTENT,
  unpacker: 'unpackPipelineSnapshot', check: checkPipelineBody,
};

/** A pipeline's run, as it can be kept and moved: the stages that are done, and the runs of those that are not. */
export class PipelineSnapshot extends SnapshotDocument<Format> {
  readonly #body: PipelineBody;

  private constructor(body: PipelineBody, json: PipelineSnapshotJson) {
    super(json, KIND.content);
    this.#body = body;
  }

  /** @internal @throws SerializationError naming the value that a snapshot cannot hold. */
  static async of(body: PipelineBody): Promise<PipelineSnapshot> {
    return new PipelineSnapshot(body, await writeJson(KIND.format, KIND.version, body));
  }

  /**
   * Read a snapshot in any of its forms.
   *
   * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged.
   */
  static async from(source: PipelineSnapshotSource): Promise<PipelineSnapshot> {
    return source instanceof PipelineSnapshot ? source : PipelineSnapshot.of(await readDocument(KIND, source));
  }

  /** Read a snapshot from its JSON text. `resume` takes the promise as it is. @throws as `from` does. */
  static fromJson(json: string): Promise<PipelineSnapshot> { return PipelineSnapshot.from(json); }

  get pipelineName(): string { return this.#body.pipeline; }
  /** Id of the run, kept when it is resumed. */
  get runId(): string { return this.#body.runId; }
  /** Index of the stage that runs, or will next. */
  get currentStageIndex(): number { return this.#body.results.length; }
  get completedStages(): readonly StageResult[] { return this.#body.results; }
  /** @internal */
  get body(): PipelineBody { return this.#body; }
}
