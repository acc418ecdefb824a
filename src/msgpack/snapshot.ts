import { SnapshotError } from '../base/error-classes.ts';
import { fromTagged, rawBytes, toTagged } from '../base/json-codec.ts';
import { open, seal } from '../durable/envelope.ts';
import { KIND as WORKFLOW, WorkflowSnapshot } from '../durable/snapshot.ts';
import type { DocumentKind } from '../durable/snapshot-document.ts';
import { unreadable } from '../durable/snapshot-json.ts';
import { KIND as PIPELINE, PipelineSnapshot } from '../pipeline/pipeline-snapshot.ts';
import { pack, unpack } from './codec.ts';

/**
 * The compact form of a snapshot: MessagePack in the same frame as `toBytes` (magic, version, length, SHA-256).
 *
 * @example
 * const handler = await workflow.runWithHandler();
 * const bytes = await packSnapshot(await handler.snapshot());
 * const resumed = await workflow.resume(await unpackSnapshot(bytes));
 */
export function packSnapshot(snapshot: WorkflowSnapshot | PipelineSnapshot): Promise<Uint8Array> {
  const { packed } = snapshot instanceof PipelineSnapshot ? PIPELINE : WORKFLOW;
  return seal(packed, pack(toTagged(snapshot.body, 'snapshot', rawBytes)));
}

/**
 * Read what `packSnapshot` wrote of a workflow's run.
 *
 * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged or of another kind.
 */
export async function unpackSnapshot(bytes: Uint8Array): Promise<WorkflowSnapshot> {
  return WorkflowSnapshot.of(await bodyOf(WORKFLOW, bytes));
}

/**
 * Read what `packSnapshot` wrote of a pipeline's run.
 *
 * @throws SnapshotVersionMismatchError for a newer version, SnapshotError for anything damaged or of another kind.
 */
export async function unpackPipelineSnapshot(bytes: Uint8Array): Promise<PipelineSnapshot> {
  return PipelineSnapshot.of(await bodyOf(PIPELINE, bytes));
}

async function bodyOf<Body, Format extends string>(kind: DocumentKind<Body, Format>, bytes: Uint8Array): Promise<Body> {
  const { kind: found, content } = await open(bytes);
  if (found !== kind.packed) throw new SnapshotError(`Cannot read the snapshot: its content is not the MessagePack of a ${kind.format}`);
  try {
    return kind.check(fromTagged(unpack(content)));
  } catch (cause) {
    throw unreadable(cause);
  }
}
