import type { HostName } from './types.ts';

export const hostName: HostName = 'unknown';

export function readEnv(_name: string): string | undefined {
  return undefined;
}
