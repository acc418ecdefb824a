import type { HostName } from './types.ts';

export const hostName: HostName = 'browser';

/** A page has no environment. */
export function readEnv(_name: string): string | undefined {
  return undefined;
}
