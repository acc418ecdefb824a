import type { Storable } from '../base/storable.ts';
import type { Context as CoreContext, StateNamespace as CoreStateNamespace } from '../workflow/index.ts';
import type { StateObject } from './blazen-state.ts';
import type { SerializableRef } from './session-refs.ts';

/** What a step of `blazen-ts` is handed beside its event: the context of `blazen-ts/workflow`, and what lasts. */
export interface Context extends CoreContext {
  readonly state: StateNamespace;
  /** Name of the workflow. */
  readonly workflowName: string;
  /**
   * Keep a value or a state object, which is kept field by field; `undefined` removes a value.
   *
   * @throws SerializationError naming the path when a snapshot could not hold it; ValidationError when a field store is
   * asynchronous.
   */
  set(key: string, value: Storable | StateObject): void;
  /**
   * Put a value that is written as bytes into the session, under a new key. It travels with a snapshot when the pause
   * policy is `pickle_or_serialize`.
   *
   * @param typeName says what the bytes are; the deserializer given to `resume` is found by it.
   * @returns the key. @throws ValidationError when the session holds 10,000 values.
   */
  insertSessionRefSerializable(typeName: string, bytes: Uint8Array): string;
  /** The bytes behind a session value, also after a resume; null when there is none under this key. */
  getSessionRefSerializable(key: string): SerializableRef | null;
}

/** Reads and writes of the state, state objects included. */
export interface StateNamespace extends CoreStateNamespace {
  set(key: string, value: Storable | StateObject): void;
}
