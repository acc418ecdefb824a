import type { Storable } from '../base/storable.ts';
import { Execution, Session } from '../workflow/execution.ts';
import type { Definition } from '../workflow/run.ts';
import { getState, isBeside, isStateObject, setState, type StateClass, type StateObject } from './blazen-state.ts';
import type { Context, StateNamespace } from './context.ts';
import { insertRef, refOf, type SerializableRef } from './session-refs.ts';

/** What runs of the workflows of `blazen-ts` know beyond what the engine does. */
export interface DurableDefinition extends Definition {
  /** Classes of state objects by their name. */
  readonly classes: Map<string, StateClass>;
}

/** The context that steps of `blazen-ts` are handed. */
export class DurableExecution extends Execution implements Context {
  override get state(): StateNamespace { return this; }

  get workflowName(): string { return this.owner.definition.name; }

  override get(key: string): unknown {
    const value = super.get(key);
    return isBeside(value) ? getState(this, key, classesOf(this)) : value;
  }

  override set(key: string, value: Storable | StateObject): void {
    if (isStateObject(value)) setState(this, key, value, classesOf(this));
    else super.set(key, value);
  }

  insertSessionRefSerializable(typeName: string, bytes: Uint8Array): string { return insertRef(sessionOf(this), typeName, bytes); }

  getSessionRefSerializable(key: string): SerializableRef | null { return refOf(sessionOf(this), key); }
}

// Not private members: those would be a field of every execution.
function classesOf(x: Execution): Map<string, StateClass> { return (x.owner.definition as DurableDefinition).classes; }

function sessionOf(x: Execution): Session { return (x.owner.session ??= new Session()); }
