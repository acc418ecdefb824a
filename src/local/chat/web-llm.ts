import { LocalModelError, WorkerCrashedError } from '../../base/error-classes.ts';
import type { JsonObject } from '../../base/json.ts';
import type { CompletionRequest } from '../../spec/completion.ts';
import { hostScope } from '../host-scope.ts';
import { type LoadOptions, type LocalBackend, type Probe, probeError } from '../local-backend.ts';
import { failure, requireWebGpu } from '../requirements.ts';
import { createWorkerHost } from '../worker-host.ts';
import type { WorkerLike } from '../worker-protocol.ts';
import type { ChatEngine, Generated, Generation } from './local-calls.ts';
import { LocalChatModel } from './local-chat-model.ts';
import type { WebLlmMethods } from './serve-web-llm.ts';
import { webLlmError } from './web-llm-errors.ts';
import { toWebLlm } from './web-llm-request.ts';
import { WebLlmRuntime } from './web-llm-runtime.ts';
import type { WebLlmAppConfig, WebLlmLib, WebLlmModelRecord, WebLlmSpec } from './web-llm-types.ts';

/** A model of WebLLM and where it runs: give `worker`, or `lib` to stay on this thread. */
export interface WebLlmOptions {
  /** The `model_id` of a record in `appConfig`. */
  readonly model: string;
  /** Your models and their addresses. There is no default list: nothing is fetched from anywhere you did not name. */
  readonly appConfig: WebLlmAppConfig;
  /** Starts the module worker whose only line is `serveWebLlm()`. */
  readonly worker?: () => WorkerLike;
  /** Gives the package on this thread instead: `() => import('@mlc-ai/web-llm')`, or one whose MLCEngine is your own. */
  readonly lib?: () => Promise<WebLlmLib>;
  /** Changes of the model's chat configuration, such as `{ context_window_size: 2048 }`. */
  readonly chatOptions?: JsonObject;
}

/** WebLLM asks the GPU for these, and gives up after the download when they are missing. */
const NEEDED_LIMITS = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27, maxComputeWorkgroupStorageSize: 2 ** 15, maxStorageBuffersPerShaderStage: 10 };
const MIB = 1024 * 1024;
/** What `deviceMemory` says of any machine that has at least so much, in GiB. */
const MEMORY_CEILING = 8;

/**
 * A chat model on the GPU by `@mlc-ai/web-llm` (an optional peer), in a worker that is terminated when the model is
 * disposed of. The device is looked at before anything is fetched or imported.
 *
 * Tools work with every model: WebLLM is held to a schema of calls or an answer. `interrupt()` and aborted signals stop
 * the model after the token it is at.
 *
 * @example
 * const backend = webLlm({
 *   model: 'tiny-q4f16', appConfig: { model_list: [{ model_id: 'tiny-q4f16', model: '/models/tiny/', model_lib: '/models/tiny.wasm' }] },
 *   worker: () => new Worker(new URL('./web-llm.worker.ts', import.meta.url), { type: 'module' }),
 * });
 * const model = await backend.load({ onProgress: ({ file }) => console.log(file) });
 */
export function webLlm(options: WebLlmOptions): LocalBackend<LocalChatModel> {
  const { model, appConfig, chatOptions, worker, lib } = options;
  const name = `web-llm:${model}`;
  const record = appConfig.model_list.find(({ model_id: id }) => id === model);
  const spec: WebLlmSpec = { model, appConfig, ...(chatOptions ? { chatOptions } : {}) };

  const probe = async ({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Probe> => {
    if (record === undefined) return failure('not-found', `appConfig.model_list has no model '${model}'`, 'Add its record, with the addresses of its weights and its library');
    if (worker === undefined && lib === undefined) {
      return failure('not-installed', 'webLlm was given neither a worker nor the package', 'Pass worker: () => new Worker(…) whose module calls serveWebLlm(), or lib, which imports the package on this thread');
    }
    // Deno has WebGPU too, but neither addresses of its own nor the caches WebLLM keeps models in.
    if ((globalThis as { location?: unknown }).location === undefined) return failure('unsupported', 'WebLLM runs in pages and their workers', 'Use transformersChat here');
    const { buffer_size_required_bytes: binding = 0, required_features: features = [] } = record;
    const limits = { ...NEEDED_LIMITS, maxStorageBufferBindingSize: Math.max(NEEDED_LIMITS.maxStorageBufferBindingSize, binding) };
    const gpu = await requireWebGpu({ features, limits, ...(signal ? { signal } : {}) });
    return gpu.ok ? fitsMemory(record) : gpu;
  };

  return {
    name, probe,
    ...(record?.vram_required_MB === undefined ? {} : { vramBytes: record.vram_required_MB * MIB }),
    async load(load = {}) {
      const found = await probe(load);
      if (!found.ok) throw probeError(name, found);
      return new LocalChatModel(worker ? await workerEngine(spec, worker, load) : await threadEngine(spec, lib as () => Promise<WebLlmLib>, load));
    },
  };
}

/** Browsers tell the memory of small devices only, and GPUs that have their own never; so this no is rare, and sure. */
function fitsMemory({ vram_required_MB: needed = 0 }: WebLlmModelRecord): Probe {
  const { deviceMemory = MEMORY_CEILING } = hostScope().navigator ?? {};
  if (deviceMemory >= MEMORY_CEILING || needed <= deviceMemory * 1024) return { ok: true };
  return failure('vram', `the model needs ${needed} MB of graphics memory, and the device has ${deviceMemory} GB in all`, 'Choose a smaller model');
}

async function threadEngine(spec: WebLlmSpec, lib: () => Promise<WebLlmLib>, load: LoadOptions): Promise<ChatEngine> {
  const runtime = new WebLlmRuntime(lib);
  await runtime.load(spec, load);
  return {
    provider: 'web-llm', modelId: spec.model, toolForm: 'schema',
    generate: (request, generation) => runtime.generate(toWebLlm(request, spec.model), generation),
    dispose: () => runtime.unload(),
  };
}

async function workerEngine(spec: WebLlmSpec, spawn: () => WorkerLike, { signal, onProgress }: LoadOptions): Promise<ChatEngine> {
  const host = createWorkerHost<WebLlmMethods>({ spawn });
  try {
    await host.call('load', spec, { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) });
  } catch (error) {
    host.close();
    throw error instanceof WorkerCrashedError ? crashed(`Loading '${spec.model}'`, error) : webLlmError(`Loading '${spec.model}'`, error);
  }
  return {
    provider: 'web-llm', modelId: spec.model, toolForm: 'schema',
    async generate(request: CompletionRequest, { signal, write }: Generation): Promise<Generated> {
      try {
        return await host.call('generate', toWebLlm(request, spec.model), { signal, onProgress: write });
      } catch (error) {
        throw error instanceof WorkerCrashedError ? crashed('The answer', error) : error;
      }
    },
    dispose: async () => host.close(),
  };
}

function crashed(action: string, cause: WorkerCrashedError): LocalModelError {
  return new LocalModelError(`${action} failed: ${cause.message}`, { problem: 'device-lost', fix: 'Load the model again; if it happens again, choose a smaller one', retryable: true, cause });
}
