// Types of the typed surface. The workflow carries unions only (never records that grow), which keeps checking linear.
import type { EventDef, EventOf } from '../events/index.ts';
import type { INPUT_EXPIRED, INPUT_REQUEST, INPUT_RESPONSE, START, STOP, COLLECTED, SCOPE_ENDED, SCOPE_FAILED } from '../events/index.ts';
import type { Context } from './context.ts';
import type { StepPolicy } from './step.ts';
import type { RunOptions } from './workflow.ts';

/** A list of event definitions, whatever their data: only what every definition has in common. */
export type EventDefs = readonly Pick<EventDef, 'type' | 'schema' | 'is'>[];
/** The types of a list of definitions. */
export type UnionOfTypes<Defs extends EventDefs> = Defs[number]['type'];

/** The event a definition makes; the start event carries the workflow's input. */
export type EventFrom<Def, Input> =
  Def extends { readonly type: typeof START } ? EventOf<typeof START, Input & object>
  : Def extends { is(event: { readonly type: string }): event is infer Event extends { readonly type: string } } ? Event : never;

/** What a collecting step is handed. */
export type CollectedOf<Defs extends EventDefs, Input> = EventOf<typeof COLLECTED, { readonly events: readonly EventFrom<Defs[number], Input>[] }>;

/** A handler typed by the events it takes. */
export type TypedHandler<Defs extends EventDefs, Input, Policies, Output, Ctx = Context> = (
  event: Policies extends readonly (infer Policy)[] ? ([Extract<Policy, { readonly collects: true }>] extends [never] ? EventFrom<Defs[number], Input> : CollectedOf<Defs, Input>) : never,
  context: Ctx,
) => Output;

/** A policy that does nothing but tell which events a step sends: to the types, and to `graphOf`. */
export interface SendsPolicy<Types extends string> extends StepPolicy { readonly sends: readonly Types[] }

/** Name the events a step sends with `ctx.sendEvent`, or gives where the graph is to show it. */
export function sends<const Defs extends EventDefs>(...defs: Defs): SendsPolicy<UnionOfTypes<Defs>> {
  return { sends: defs.map(({ type }) => type) };
}

/** The event types that policies say a step sends. */
export type SentBy<Policies extends readonly StepPolicy[]> = Policies[number] extends infer Policy ? (Policy extends SendsPolicy<infer Types> ? Types : never) : never;

/** A policy that does nothing but tell the types for which events a step waits. */
export interface WaitsPolicy<Types extends string> extends StepPolicy { readonly waits: readonly Types[] }

/** Among the types that are handled: one that a step waits for. Nobody needs to emit it, it may come from outside. */
type Waiting<Type extends string> = Type extends string ? `waits for ${Type}` : never;

/** The event types that policies say a step waits for, as they stand among those that are handled. */
export type WaitedBy<Policies extends readonly StepPolicy[]> = Policies[number] extends infer Policy ? (Policy extends WaitsPolicy<infer Types> ? Waiting<Types> : never) : never;

type WaitedIn<Handled extends string> = Handled extends `waits for ${infer Type}` ? Type : never;

type Item<Output> = Awaited<Output> extends infer Value ? (Value extends readonly (infer Event)[] ? Event : Value) : never;

/** The event types a handler's output emits, the stop event left out. */
export type EmittedBy<Output> = Item<Output> extends infer Event ? (Event extends { readonly type: infer Type extends string } ? Exclude<Type, typeof STOP> : never) : never;

/** The results a handler's output stops the run with. */
export type ResultBy<Output> = Item<Output> extends infer Event ? (Event extends { readonly type: typeof STOP; readonly result: infer Result } ? Result : never) : never;

/** Shown when an event is emitted that no step accepts. */
export interface Unhandled<Type extends string> { readonly error: `No step handles "${Type}"` }
/** Shown when a step waits for an event that nothing emits. */
export interface Unreachable<Type extends string> { readonly error: `Nothing emits "${Type}"` }

/** Told by the engine; may be handled without being emitted, and emitted without being handled. */
type OfScopes = typeof SCOPE_ENDED | typeof SCOPE_FAILED;
type FromOutside = typeof START | typeof INPUT_RESPONSE | typeof INPUT_EXPIRED | OfScopes | `waits for ${string}`;

type Arguments<Input> = undefined extends Input ? [input?: Input, options?: RunOptions] : [input: Input, options?: RunOptions];

/** Arguments of `run`: the input, or the mistake in the graph. A workflow with plain steps (`Handled` = string) is not checked. */
export type InputArguments<Input, Handled extends string, Emitted extends string> =
  string extends Handled ? Arguments<Input>
  : [Exclude<Emitted, Handled | typeof INPUT_REQUEST | OfScopes | WaitedIn<Handled>>] extends [never]
    ? [Exclude<Handled, Emitted | FromOutside>] extends [never]
      ? Arguments<Input>
      : [Unreachable<Exclude<Handled, Emitted | FromOutside>>]
    : [Unhandled<Exclude<Emitted, Handled | typeof INPUT_REQUEST | OfScopes | WaitedIn<Handled>>>];

/** The input of a workflow. */
export type InputOf<W> = W extends { readonly '~types': { readonly input: infer Input } } ? Input : never;
/** The event types that the typed steps of a workflow take. */
export type HandledBy<W> = W extends { readonly '~types': { readonly handled: infer Handled extends string } } ? Handled : never;
/** The event types that the typed steps of a workflow give. */
export type EmittedIn<W> = W extends { readonly '~types': { readonly emitted: infer Emitted extends string } } ? Emitted : never;
/** The result of a workflow. */
export type ResultOf<W> = W extends { readonly '~types': { readonly result: infer Result } } ? Result : never;
