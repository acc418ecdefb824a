import type { HostName } from './types.ts';

export const hostName: HostName = 'node';
export const sharesTimers: boolean = true;

export function readEnv(name: string): string | undefined {
  return process.env[name] || undefined;
}

export function warnOfRawKey(_provider: string): void {}

export function readFile(path: string): Promise<Uint8Array> {
  return import('node:fs/promises').then((fs) => fs.readFile(path));
}
