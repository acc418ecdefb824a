import { ValidationError } from '../base/error-classes.ts';
import { uuid } from '../base/id.ts';
import type { SessionNamespace } from '../workflow/index.ts';
import { Session } from '../workflow/execution.ts';
import type { Run } from '../workflow/run.ts';
import { type Check, isList, isText } from './checks.ts';
import type { SnapshotBody } from './snapshot-body.ts';

/** Session values a run may hold when another one that travels is added: a loop that forgets them must not go unseen. */
const MAX_VALUES = 10_000;

/** A session value that can be written as bytes and so travels with a snapshot under `pickle_or_serialize`. */
export class SerializableRef {
  /** Says what the bytes are; the deserializer given to `resume` is found by it. */
  readonly typeName: string;
  readonly bytes: Uint8Array;

  constructor(typeName: string, bytes: Uint8Array) {
    this.typeName = typeName;
    this.bytes = bytes;
  }
}

/** What deserializers made, and of what: the bytes travel on with the next snapshot. */
const origins = /* @__PURE__ */ new WeakMap<SessionNamespace, Map<string, { readonly ref: SerializableRef; readonly value: unknown }>>();

/** Put a value that travels into the session under a new key. @throws ValidationError when there are too many. */
export function insertRef(session: Session, typeName: string, bytes: Uint8Array): string {
  if (session.size >= MAX_VALUES) throw new ValidationError(`Cannot keep another session value: there are ${MAX_VALUES}. Remove those that are not needed`);
  const key = uuid();
  session.set(key, new SerializableRef(typeName, bytes));
  return key;
}

/** The bytes behind a session value; null when it has none. */
export function refOf(session: Session, key: string): SerializableRef | null {
  const value = session.get(key);
  if (value instanceof SerializableRef) return value;
  const origin = origins.get(session)?.get(key);
  return origin !== undefined && origin.value === value ? origin.ref : null;
}

/** Are these values that travel: key, name of their type, and bytes? */
export const areRefs: Check = isList((value) => Array.isArray(value) && isText(value[0]) && isText(value[1]) && value[2] instanceof Uint8Array);

/** Put the values that have travelled back into the session, as bytes. */
export function restoreSession(run: Run, { refs }: SnapshotBody['session']): void {
  if (refs.length > 0) run.session ??= new Session();
  for (const [key, typeName, bytes] of refs) run.session?.set(key, new SerializableRef(typeName, bytes));
}

/** Make of the bytes what their deserializer makes. */
export function reviveRef(session: Session, key: string, read: (bytes: Uint8Array) => unknown): void {
  const ref = session.get(key) as SerializableRef;
  session.set(key, read(ref.bytes));
  const known = origins.get(session) ?? new Map();
  origins.set(session, known.set(key, { ref, value: session.get(key) }));
}
