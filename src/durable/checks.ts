import { SnapshotError } from '../base/error-classes.ts';
import { COLLECTED, type EventLike } from '../events/index.ts';

/** True when a value of a snapshot is what it has to be. */
export type Check = (value: unknown) => boolean;

/** @throws SnapshotError naming the first field that is not what it has to be. */
export function checkFields<Body>(body: Body, checks: Record<keyof Body & string, Check>): void {
  for (const field in checks) {
    if (!checks[field as keyof Body & string](body[field as keyof Body])) throw new SnapshotError(`Cannot read the snapshot: its '${field}' is damaged`);
  }
}

export const anything: Check = () => true;
export const isNumber: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isTime: Check = (value) => typeof value === 'number';
export const isText: Check = (value) => typeof value === 'string';
export const isFlag: Check = (value) => typeof value === 'boolean';
export const isList = (item: Check): Check => (value) => Array.isArray(value) && value.every((one) => item(one));
export const isUnique = (list: readonly unknown[]): boolean => new Set(list).size === list.length;
export const isRecord = (fields: Record<string, Check>): Check => (value) =>
  typeof value === 'object' && value !== null && Object.entries(fields).every(([key, check]) => check((value as Record<string, unknown>)[key]));
export const isPair = (second: Check): Check => (value) => Array.isArray(value) && value.length === 2 && isText(value[0]) && second(value[1]);
/** Pairs of a key, each once, and a value. */
export const areEntries: Check = (value) => isList(isPair(anything))(value) && isUnique((value as [unknown][]).map(([key]) => key));
export const isEvent: Check = (value) => {
  const event = value as EventLike | null;
  return isText(event?.type) && (event?.type !== COLLECTED || isList(isEvent)(event['events']));
};
/** The kept end of a numbered sequence, its rows flat. */
export const isFeed = (width: number, row: (cells: readonly unknown[]) => boolean): Check => (value) => {
  const { seq, columns } = Object(value) as { readonly seq: number; readonly columns: unknown };
  if (!isNumber(seq) || !Array.isArray(columns) || columns.length % width || columns.length / width > seq) return false;
  for (let i = 0; i < columns.length; i += width) if (!row(columns.slice(i, i + width))) return false;
  return true;
};
/** State that a commit wrote, or null. */
export const isPatch: Check = (patch) => patch === null || Array.isArray(patch) && patch.length % 2 === 0 && patch.every((cell, i) => i % 2 === 1 || isText(cell));
