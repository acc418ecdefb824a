/**
 * Everything the portable rooms (all of src/ but platform and cli) may take from the host: the names that the compiler
 * does not know with `lib: ES2023` and no types. All of them exist in Node 20, Deno, workerd and browsers. A longer list
 * is a decision about which hosts we run on.
 */
export const ambientNames: readonly string[] = [
  // fetch and its types
  'fetch', 'Request', 'RequestInit', 'Response', 'ResponseInit', 'Headers', 'HeadersInit', 'BodyInit', 'RequestInfo',
  'Blob', 'File', 'FormData', 'URL', 'URLSearchParams',
  // streams
  'ReadableStream', 'ReadableStreamDefaultController', 'ReadableStreamDefaultReader', 'WritableStream', 'TransformStream',
  'TransformStreamDefaultController', 'TextDecoderStream', 'TextEncoderStream', 'CompressionStream', 'DecompressionStream',
  // cancelling
  'AbortController', 'AbortSignal', 'DOMException', 'Event', 'EventTarget',
  // bytes, crypto, time
  'TextEncoder', 'TextDecoder', 'BufferSource', 'crypto', 'Crypto', 'CryptoKey', 'atob', 'btoa', 'structuredClone',
  'setTimeout', 'clearTimeout', 'queueMicrotask', 'performance',
  // types of parts that are handed in
  'WebSocket', 'MessagePort', 'MessageEvent', 'WebAssembly',
];
