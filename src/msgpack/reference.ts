import { bytesToHex } from '../base/bytes.ts';
import { isRecord } from '../base/json.ts';
import type { ReferenceSnapshot, ReferenceStateValue } from '../durable/index.ts';
import type { ReferencePipelineSnapshot } from '../pipeline/index.ts';
import { damaged } from './check-frame.ts';
import { pack, unpack } from './codec.ts';

/**
 * What `toReference` or `pipelineToReference` gave, as the reference writes it in MessagePack: fields by name, bytes of
 * the state as bytes, the id of a run as its 16 bytes.
 */
export function packReference(snapshot: ReferenceSnapshot | ReferencePipelineSnapshot): Uint8Array {
  if ('workflow_name' in snapshot) return pack(runToWire(snapshot));
  return pack({
    ...snapshot,
    run_id: idToWire(snapshot.run_id),
    active_snapshots: snapshot.active_snapshots.map((active) => ({ ...active, workflow_snapshot: runToWire(active.workflow_snapshot) })),
  });
}

/**
 * What `fromReference` or `pipelineFromReference` reads, of the reference's MessagePack. They check what is in it.
 *
 * @throws SnapshotError when it is not MessagePack, or no snapshot at all.
 */
export function unpackReference<Snapshot extends ReferenceSnapshot | ReferencePipelineSnapshot = ReferenceSnapshot>(bytes: Uint8Array): Snapshot {
  const value = unpack(bytes);
  if (!isRecord(value)) throw damaged('it is not an object');
  return fromWire(value) as Snapshot;
}

function runToWire(snapshot: ReferenceSnapshot): unknown {
  const state = Object.entries(snapshot.context_state).map(([key, value]) => [key, stateToWire(value)] as const);
  return { ...snapshot, run_id: idToWire(snapshot.run_id), context_state: Object.fromEntries(state) };
}

function stateToWire(value: ReferenceStateValue): unknown {
  if ('Bytes' in value) return { Bytes: Uint8Array.from(value.Bytes) };
  return 'Native' in value ? { Native: Uint8Array.from(value.Native) } : value;
}

function idToWire(id: string): Uint8Array {
  return Uint8Array.from(id.replaceAll('-', '').match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));
}

/** Bytes as lists of numbers, as JSON has them; a run's id as text. */
function fromWire(value: unknown, key = ''): unknown {
  if (value instanceof Uint8Array) return key === 'run_id' && value.length === 16 ? idFromWire(value) : [...value];
  if (Array.isArray(value)) return value.map((item) => fromWire(item));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fromWire(item, name)]));
}

function idFromWire(bytes: Uint8Array): string {
  return bytesToHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
