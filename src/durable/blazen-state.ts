import { SerializationError, ValidationError } from '../base/error-classes.ts';
import { encodeJson } from '../base/json-codec.ts';
import { isRecord } from '../base/json.ts';
import { isUnsafeKey, type Storable } from '../base/storable.ts';
import type { Context, StateNamespace } from '../workflow/index.ts';

/** Where a field of a state object is kept, if not in the run's state. `key` is `<key of the object>.<field>`. */
export interface FieldStore {
  save(key: string, value: unknown, context: Context): void | Promise<void>;
  load(key: string, context: Context): unknown;
}

/** A FieldStore made of two functions. */
export class CallbackFieldStore implements FieldStore {
  readonly save: FieldStore['save'];
  readonly load: FieldStore['load'];

  constructor({ saveFn, loadFn }: { readonly saveFn: FieldStore['save']; readonly loadFn: FieldStore['load'] }) {
    this.save = saveFn;
    this.load = loadFn;
  }
}

/** How a class of state objects is kept: its `static meta`. All optional. */
export interface BlazenStateMeta {
  /** Fields that are not kept; the constructor and `restore` make them anew. */
  readonly transient?: Iterable<string>;
  /** Fields that are kept elsewhere. */
  readonly storeBy?: Readonly<Record<string, FieldStore>>;
  /** Name of the method that is called when the fields are back. Default `restore`, if there is one. */
  readonly restore?: string;
  /** Name under which the class is found again. Default its own, which a minifier may change. */
  readonly className?: string;
}

/** An object that is kept field by field: one of a subclass of `BlazenState`, or any with this marker. */
export interface StateObject { readonly __blazen_state__: unknown }

/** A class of state objects; it can be made without arguments. */
export type StateClass<T extends object = object> = (new () => T) & { readonly meta?: BlazenStateMeta };

/** What is kept beside the fields, under `<key>.__blazen_meta__`. */
interface Kept {
  readonly className: string;
  readonly fields: readonly string[];
  readonly transient: readonly string[];
  readonly restore: string | null;
}

const MARKER = '__blazen_state__';
const META = '.__blazen_meta__';
/** Lies under the key itself and says that the fields lie beside it. */
const BESIDE = '__blazen_fields__';

/**
 * Base of classes whose objects are kept in a run's state field by field, so that each field is read, written and stored
 * for itself. `ctx.set(key, object)` and `ctx.get(key)` do it at once, `saveTo` and `loadFrom` also with stores and a
 * `restore` that are asynchronous. What is undefined comes back as null.
 *
 * @example
 * class Research extends BlazenState {
 *   static meta = { transient: ['seen'] };
 *   topic = '';
 *   seen = new Set();
 *   restore() { this.seen = new Set([this.topic]); }
 * }
 * // In a step: ctx.set('research', research); in a later one, here or elsewhere: ctx.get('research').seen
 */
export class BlazenState implements StateObject {
  static readonly meta?: BlazenStateMeta;

  get __blazen_state__(): true { return true; }

  /** Called when the fields are back. */
  restore?(): void | Promise<void>;

  /** Keep the object under `key`. @throws SerializationError naming the field that a snapshot cannot hold. */
  async saveTo(context: Context, key: string): Promise<void> {
    for (const saved of saveFields(context, key, this)) await saved;
  }

  /** The object kept under `key`. @throws ValidationError when there is none. */
  static async loadFrom<T extends object>(this: StateClass<T>, context: Context, key: string): Promise<T> {
    const kept = keptAt(context, key);
    if (kept === null) throw new ValidationError(`Cannot load '${key}': no state object is kept under this key`);
    const object = new this();
    for (const field of kept.fields) put(object, field, await fieldOf(context, key, field, this.meta));
    await restoreObject(object, this.meta);
    return object;
  }
}

/** The entry under the key itself of each state object whose fields are in these entries. */
export function besideEntries(entries: readonly (readonly [key: string, value: unknown])[]): [key: string, value: unknown][] {
  const known = new Set(entries.map(([key]) => key));
  return entries.flatMap(([key, value]): [string, unknown][] => {
    const owner = key.endsWith(META) && isRecord(value) ? key.slice(0, -META.length) : '';
    return owner === '' || known.has(owner) ? [] : [[owner, { [BESIDE]: true }]];
  });
}

/** Should the value be kept field by field? */
export function isStateObject(value: unknown): value is StateObject {
  return typeof value === 'object' && value !== null && Boolean((value as Partial<StateObject>)[MARKER]);
}

/** Do the fields of what is kept here lie beside it? */
export function isBeside(value: unknown): boolean {
  return typeof value === 'object' && value !== null && BESIDE in value;
}

/** `ctx.set` of a state object; its class is known from now on. @throws ValidationError when a store is asynchronous. */
export function setState(context: Context, key: string, object: StateObject, classes: Map<string, StateClass>): void {
  const type = object.constructor as StateClass;
  if (type !== Object) classes.set(nameOf(type), type);
  for (const saved of saveFields(context, key, object)) atOnce(saved, `Cannot set '${key}': a field store is asynchronous. Use saveTo`);
}

/**
 * `ctx.get` of a state object: a new one with the kept fields, restored.
 *
 * @throws SerializationError when its class would have to restore it and is not known; ValidationError when a store or
 * `restore` is asynchronous.
 */
export function getState(context: Context, key: string, classes: ReadonlyMap<string, StateClass>): unknown {
  const kept = keptAt(context, key);
  if (kept === null) return null;
  const type = classes.get(kept.className);
  if (type === undefined && kept.restore !== null) {
    throw new SerializationError(`Cannot get '${key}': its class '${kept.className}' is not known here. Name it with workflow.registerStates(${kept.className})`, { path: key });
  }
  const object: object = type === undefined ? {} : new type();
  const late = `Cannot get '${key}': a field store or restore() is asynchronous. Use loadFrom`;
  for (const field of kept.fields) put(object, field, atOnce(fieldOf(context, key, field, type?.meta), late));
  if (!(MARKER in object)) put(object, MARKER, true);
  atOnce(restoreObject(object, type?.meta), late);
  return object;
}

/** Name of a class in what is kept. */
export function nameOf(type: StateClass): string { return type.meta?.className ?? type.name; }

/** Write the fields one by one; what a store gives back is handed on, so that the caller can wait or refuse to. */
function* saveFields(context: Context, key: string, object: object): Iterable<unknown> {
  const type = object.constructor as StateClass;
  const { transient = [], storeBy = {}, restore = 'restore' } = type.meta ?? {};
  const left = new Set(transient);
  const fields = Object.keys(object).filter((field) => field !== MARKER && !left.has(field));
  const kept: Kept = { className: nameOf(type), fields, transient: [...left], restore: restore in object ? restore : null };
  for (const field of keptAt(context, key)?.fields ?? []) if (!fields.includes(field)) context.set(`${key}.${field}`, undefined);
  for (const field of fields) {
    if (isUnsafeKey(field)) throw new SerializationError(`Cannot store '${key}.${field}': the name is not allowed`, { path: `${key}.${field}` });
    const value = (object as Record<string, unknown>)[field];
    if (Object.hasOwn(storeBy, field)) yield storeBy[field]?.save(`${key}.${field}`, value, context);
    else if (isStateObject(value)) context.set(`${key}.${field}`, value as never);
    else write(context, `${key}.${field}`, value as Storable);
  }
  write(context, key + META, kept as unknown as Storable);
  context.set(key, { [BESIDE]: true });
}

/** Write a copy, and only what has changed: others may write the other fields at the same time. */
function write(context: StateNamespace, key: string, value: Storable): void {
  const before = context.get(key) as Storable;
  if (before !== null && !isStateObject(before) && encodeJson(before, key) === encodeJson(value, key)) return;
  context.set(key, typeof value === 'object' ? structuredClone(value) : value);
}

function keptAt(context: StateNamespace, key: string): Kept | null {
  const kept = context.get(key + META);
  if (!isRecord(kept) || !Array.isArray(kept['fields'])) return null;
  const fields = (kept['fields'] as unknown[]).filter((field): field is string => typeof field === 'string' && !isUnsafeKey(field));
  return { className: String(kept['className']), fields, transient: [], restore: typeof kept['restore'] === 'string' ? kept['restore'] : null };
}

function fieldOf(context: Context, key: string, field: string, meta: BlazenStateMeta | undefined): unknown {
  const stores = meta?.storeBy ?? {};
  if (Object.hasOwn(stores, field)) return stores[field]?.load(`${key}.${field}`, context);
  const value = context.get(`${key}.${field}`);
  return typeof value === 'object' && !isStateObject(value) ? structuredClone(value) : value;
}

function put(object: object, field: string, value: unknown): void { (object as Record<string, unknown>)[field] = value; }

/** Only the class says what is called: what is kept may come from anywhere. */
function restoreObject(object: object, { restore = 'restore' }: BlazenStateMeta = {}): unknown {
  const method = (object as Record<string, unknown>)[restore];
  return typeof method === 'function' ? method.call(object) as unknown : undefined;
}

/** @throws ValidationError when the value is still to come. */
function atOnce(value: unknown, message: string): unknown {
  if (typeof (value as PromiseLike<unknown> | null | undefined)?.then !== 'function') return value;
  (value as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new ValidationError(message);
}
