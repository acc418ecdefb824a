import type { HostName } from './types.ts';

interface DenoHost { readonly Deno: { readonly env: { get(name: string): string | undefined }; readFile(path: string): Promise<Uint8Array> } }

export const hostName: HostName = 'deno';
export const sharesTimers: boolean = true;

/** Without the env permission the variable counts as unset; asking would stop a program that does not need it. */
export function readEnv(name: string): string | undefined {
  try {
    return (globalThis as unknown as DenoHost).Deno.env.get(name) || undefined;
  } catch {
    return undefined;
  }
}

export function warnOfRawKey(_provider: string): void {}

export function readFile(path: string): Promise<Uint8Array> {
  return (globalThis as unknown as DenoHost).Deno.readFile(path);
}
