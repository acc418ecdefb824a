import { scriptUrl } from './trusted-types.ts';

/** Keeps a copy of the page for the next visit, with or without a network. Only the built page has a service worker. */
export function startOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Where it is refused (private windows, file URLs), the page works without it.
  navigator.serviceWorker.register(scriptUrl('./service-worker.js')).catch(() => undefined);
}
