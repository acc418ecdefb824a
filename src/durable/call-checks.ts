import { type Check, isEvent, isFlag, isList, isNumber, isRecord, isText, isUnique } from './checks.ts';
import type { ExecutionRecord } from './snapshot-body.ts';

const isWaitState: Check = (value) => isRecord({
  need: isNumber, match: (match) => match === null || isRecord({})(match), due: (due) => due === null || isNumber(due), after: isNumber, events: isList(isEvent), timedOut: isFlag,
})(value) && (value as { need: number }).need > 0 && (value as { events: unknown[]; need: number }).events.length <= (value as { need: number }).need;

/** What a call left: its kind, its name and its value. */
export const isNote = ([kind, name, value, ...more]: readonly unknown[]): boolean =>
  more.length === 0 && isText(name) && (kind === 'run' || kind === 'sleep' && isNumber(value) || (kind === 'waitFor' || kind === 'collect') && isWaitState(value));

/** Pairs of a call's number, each once, and how many calls had been made by then. */
export const isOrder: Check = (value) => Array.isArray(value) && value.length % 2 === 0 && isUnique(value.filter((_, i) => i % 2 === 0))
  && value.every((number, i) => isNumber(number) && number > 0 && (i % 2 === 0 || number >= (value[i - 1] as number) && number >= (value[i - 2] as number ?? 0)));

/** Have the execution's calls left something that they can have left? */
export const areCalls = ({ commits, notes = [], open = [], order = [], idle }: ExecutionRecord): boolean => {
  if (![notes, open].every((list) => Array.isArray(list)) || ![undefined, true].includes(idle)) return false;
  if (!notes.every((note) => Array.isArray(note) && isNote(note.slice(1)))) return false;
  const numbers: unknown[] = [...notes.map(([number]) => number), ...open];
  return numbers.every((number) => isNumber(number) && (number as number) > 0 && (number as number) <= commits) && isUnique(numbers)
    && isOrder(order) && order.every((number) => number <= commits);
};
