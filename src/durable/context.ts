import type { Storable } from '../base/storable.ts';
import type { EventLike } from '../events/index.ts';
import type { Context as CoreContext, StateNamespace as CoreStateNamespace } from '../workflow/index.ts';
import type { StateObject } from './blazen-state.ts';
import type { SerializableRef } from './session-refs.ts';

/** How long to wait for an event, and for which. Both optional. */
export interface WaitOptions {
  /** Milliseconds until the call rejects with a TimeoutError. Default: no limit. */
  readonly timeoutMs?: number;
  /** Only an event with these fields counts. */
  readonly match?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What names an event: its type, or its definition. */
export type EventName = string | { readonly type: string; is(event: { readonly type: string }): boolean };

/** The event that a type or a definition names. */
export type EventNamed<On> =
  On extends { is(event: { readonly type: string }): event is infer Event extends { readonly type: string } } ? Event : EventLike;

/**
 * What a step of `blazen-ts` is handed beside its event: the context of `blazen-ts/workflow`, what lasts, and calls whose
 * answers are kept, so that a step can be long.
 *
 * When such a step runs again (after a crash, a restart, a resume, a retry), it runs from its start and gets the answers
 * of before: nothing that was kept is done again. So what it calls on its context must follow from its event, the state
 * and these answers; everything else (the network, the time, random) belongs inside `run`. Otherwise: StepDivergedError.
 *
 * The calls may be made side by side, as in `Promise.all`. A call that is under way when the run ends, or when its host
 * puts the run away, never answers; clean up by `signal`.
 */
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
  /**
   * Do something once and keep what it gave, together with the state written before the call. What `fn` throws is thrown
   * here and not kept: the next try calls it again. A crash between the effect and the commit lets it be called again too,
   * so hand `idempotencyKey` to services that take one.
   *
   * @param name says what it is; the same on every try.
   * @param fn must not use the context.
   * @throws SerializationError naming what cannot be stored in the value.
   * @example
   * const order = await ctx.run('place order', () => shop.order(event.items));
   */
  run<T>(name: string, fn: () => T | PromiseLike<T>): Promise<T>;
  /**
   * Wait for a time. It passes while nobody works on the run, too; after a restart only the rest is waited. A run that does
   * nothing else rests (status 'waiting'): it can be saved, its time limit stands still, and a host puts it away.
   *
   * @param ms milliseconds, from now. @throws ValidationError when it is not a number of them.
   */
  sleep(ms: number): Promise<void>;
  /**
   * Wait for the next event of a type: one that is emitted, or comes from outside, after this call. Every call that waits
   * for it gets it, and so do the steps that accept the type. The run rests meanwhile, as in `sleep`.
   *
   * @throws TimeoutError (`workflow.wait`) after `timeoutMs`.
   * @example
   * const reply = ctx.waitFor(Reply, { match: { id } });
   * ctx.sendEvent(Ask({ id }));
   * return stop((await reply).text);
   */
  waitFor<const On extends EventName>(on: On, options?: WaitOptions): Promise<EventNamed<On>>;
  /** Wait for the next `count` events of a type, as `waitFor` does for one. Call it before what triggers them is sent. */
  collect<const On extends EventName>(on: On, count: number, options?: WaitOptions): Promise<EventNamed<On>[]>;
}

/** Reads and writes of the state, state objects included. */
export interface StateNamespace extends CoreStateNamespace {
  set(key: string, value: Storable | StateObject): void;
}
