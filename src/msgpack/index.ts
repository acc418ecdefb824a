/**
 * @module Compact snapshots: MessagePack instead of JSON, for workflows and pipelines, and the reference's own
 * MessagePack. Subpath export `blazen-ts/msgpack`.
 */
export { packSnapshot, unpackPipelineSnapshot, unpackSnapshot } from './snapshot.ts';
export { packReference, unpackReference } from './reference.ts';
