import type { HostName } from './types.ts';

export const hostName: HostName = 'unknown';
export const sharesTimers: boolean = true;

export function readEnv(_name: string): string | undefined {
  return undefined;
}

export function warnOfRawKey(_provider: string): void {}

export function readFile(_path: string): Promise<Uint8Array> | null {
  return null;
}
