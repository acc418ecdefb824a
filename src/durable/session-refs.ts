import { ValidationError } from '../base/error-classes.ts';
import { uuid } from '../base/id.ts';
import type { SessionNamespace } from '../workflow/index.ts';
import type { Session } from '../workflow/execution.ts';

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

/** Put a value that has travelled back into the session: as its deserializer makes it, or as it is when there is none. */
export function reviveRef(session: Session, key: string, ref: SerializableRef, read: ((bytes: Uint8Array) => unknown) | undefined): void {
  const value = read === undefined ? ref : read(ref.bytes);
  session.set(key, value);
  if (read === undefined) return;
  const known = origins.get(session) ?? new Map();
  origins.set(session, known.set(key, { ref, value: session.get(key) }));
}
