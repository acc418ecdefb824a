import type { EventLike } from '../events/index.ts';

// A scope is named by its path from the run: '' is the run itself, '/a/b' is scope b inside scope a. Detached ones hang on
// the run wherever they were opened: '/&a'.

/** Field of an event that tells its scope. */
export const SCOPE = 'blazen::scope';
/** Field of an event that closes a scope: its path, or an id to be looked for from the scope of who emits it outwards. */
export const CLOSES = 'blazen::closes';

/** Path of the scope an event belongs to. */
export function scopeOf(event: object): string { return (event as EventLike)[SCOPE] as string | undefined ?? ''; }

export function isDetached(path: string): boolean { return path.startsWith('/&'); }

/** The scope around a scope. */
export function around(path: string): string { return path.slice(0, path.lastIndexOf('/')); }

/** A scope's own id. */
export function idOf(path: string): string { return path.slice(path.lastIndexOf('/') + 1).replace('&', ''); }

/** Is it the scope, or inside it? */
export function isWithin(path: string, scope: string): boolean { return path === scope || path.startsWith(`${scope}/`); }
