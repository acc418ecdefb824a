/// <reference types="vite/client" />

/** The host a test project runs in, set by its Vitest configuration. */
declare const __HOST__: 'node' | 'workerd' | 'browser' | 'deno';

/** Address of the server with the awkward deliveries (test/helpers/delivery-server.ts), ending in a slash. */
declare const __DELIVERY__: string;
