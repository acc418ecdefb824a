/// <reference types="vite/client" />

/** The host a test project runs in, set by its Vitest configuration. */
declare const __HOST__: 'node' | 'workerd' | 'browser' | 'deno';
