import type { HostName } from './types.ts';

export const hostName: HostName = 'workerd';
export const sharesTimers: boolean = false;

/** Workers have `process.env` only under the nodejs_compat flag. */
export function readEnv(name: string): string | undefined {
  const host = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return host.process?.env?.[name] || undefined;
}

export function warnOfRawKey(_provider: string): void {}

export function readFile(_path: string): Promise<Uint8Array> | null {
  return null;
}
