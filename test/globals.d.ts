/// <reference types="vite/client" />

/** The host a test project runs in, set by its Vitest configuration. */
declare const __HOST__: 'node' | 'workerd' | 'browser' | 'deno';

/** Address of the server with the awkward deliveries (test/helpers/delivery-server.ts), ending in a slash. */
declare const __DELIVERY__: string;

/** Address of a Redis behind the REST interface of Upstash (test/helpers/upstash-proxy.ts). */
declare const __UPSTASH__: string;
