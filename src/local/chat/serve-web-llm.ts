import { absent } from '../requirements.ts';
import { serveWorker, type WorkerServer } from '../serve-worker.ts';
import type { LoadProgress } from '../local-backend.ts';
import type { WorkerCall } from '../worker-protocol.ts';
import type { Generated } from './local-calls.ts';
import { WebLlmRuntime } from './web-llm-runtime.ts';
import type { WebLlmLib, WebLlmRequest, WebLlmSpec } from './web-llm-types.ts';

/** What the worker of `webLlm` serves. */
export type WebLlmMethods = {
  readonly load: (spec: WebLlmSpec, call: WorkerCall<LoadProgress>) => Promise<void>;
  readonly generate: (request: WebLlmRequest, call: WorkerCall<string>) => Promise<Generated>;
};

/**
 * The whole content of the worker that `webLlm` runs in: WebLLM is imported here when a model is loaded, and nowhere else.
 *
 * @param lib the package, when the bundler cannot find `@mlc-ai/web-llm` by its name
 * @example
 * // All of web-llm.worker.ts, after the import.
 * serveWebLlm();
 */
export function serveWebLlm(lib: () => Promise<WebLlmLib> = () => import('@mlc-ai/web-llm').catch(absent)): WorkerServer {
  const runtime = new WebLlmRuntime(lib);
  const methods: WebLlmMethods = {
    load: (spec, { signal, progress }) => runtime.load(spec, { signal, onProgress: progress }),
    generate: (request, { signal, progress }) => runtime.generate(request, { signal, write: progress }),
  };
  return serveWorker(globalThis, methods);
}
