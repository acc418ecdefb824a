/**
 * One way to talk to a server: transport, event streams, AWS frames and signatures, keys, deadlines, typed failures.
 *
 * @module
 */
export { lookUpEnv, resolveApiKey, type ApiKey, type Env } from './api-key.ts';
export { AwsEventStreamDecoder, type AwsFrameListener } from './aws-event-stream.ts';
export { createFetch, type FetchLike } from './client.ts';
export { errorFromResponse, providerFailure, redact, type FailureContext } from './provider-failure.ts';
export { readRetryAfter } from './retry-after.ts';
export { createRetryingFetch } from './retrying-fetch.ts';
export { signAwsRequest, type AwsCredentials } from './sigv4.ts';
export { SseDecoder, type SseListener } from './sse.ts';
export { RequestWatch, type WatchTimeouts } from './watch.ts';
