import type { HostName } from './types.ts';

export const hostName: HostName = 'browser';
export const sharesTimers: boolean = true;

/** A page has no environment. */
export function readEnv(_name: string): string | undefined {
  return undefined;
}

let warned = false;

/** On a page that is not served from this machine, a key in it is everybody's. */
export function warnOfRawKey(provider: string): void {
  if (warned || /^$|(^|\.)localhost$|^127\.|^\[::1\]$/.test(globalThis.location?.hostname ?? '')) return;
  warned = true;
  // oxlint-disable-next-line no-console -- it is for whoever looks after the page
  console.warn(`blazen-ts: whoever opens this page can read the API key for ${provider}. Let a server add it: point baseUrl to your own, without a key`);
}

export function readFile(_path: string): Promise<Uint8Array> | null {
  return null;
}
