// Stands in for node:fs under the file store, so that a run can be stopped inside a commit: the record is written and
// synced, and has no name yet.
import { linkSync as link, renameSync as rename } from 'node:fs';

export * from 'node:fs';

/** Called before a record gets its name. */
export const inside: { call: () => void } = { call: () => undefined };

export function linkSync(from: string, to: string): void {
  inside.call();
  link(from, to);
}

export function renameSync(from: string, to: string): void {
  inside.call();
  rename(from, to);
}
