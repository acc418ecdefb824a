import { readFile } from '#platform';
import { throwIfAborted } from '../base/abort.ts';
import { LocalModelError } from '../base/error-classes.ts';
import { BlazenError } from '../base/errors.ts';
import { asString, isRecord } from '../base/json.ts';
import { abortable } from '../base/abortable.ts';
import type { LoadOptions } from './local-backend.ts';
import type { ModelFiles } from './model-files.ts';
import { absent, loadPackage } from './requirements.ts';
import { readThrough, UnreadAnswers } from './transformers-files.ts';

/** A session of ONNX Runtime, as far as it is touched here. */
interface SessionLike {
  run(...args: unknown[]): Promise<object>;
}

/** ONNX Runtime Web: the module `onnxruntime-web/wasm`, or `onnxruntime-web/webgpu`. */
export interface OnnxRuntimeLike {
  readonly env: { readonly wasm: { numThreads?: number | undefined; wasmPaths?: unknown } };
  readonly InferenceSession: { create(model: never, ...rest: never[]): Promise<unknown> };
}

/** A pipeline of transformers.js: what every task has. */
export interface PipelineLike {
  readonly model: { readonly sessions: Readonly<Record<string, SessionLike>> };
  dispose(): Promise<unknown>;
}

/** The package `@huggingface/transformers`, as far as it is used here. */
export interface TransformersLib {
  readonly env: {
    allowLocalModels: boolean; allowRemoteModels: boolean; localModelPath: string; remoteHost: string; remotePathTemplate: string;
    useWasmCache: boolean; useBrowserCache: boolean; useFSCache: boolean; useCustomCache: boolean; customCache: unknown;
    logLevel: number; fetch: (input: string | URL, init?: RequestInit) => Promise<unknown>;
    readonly backends: { readonly onnx: { readonly wasm?: unknown } };
  };
  readonly pipeline: (this: void, task: never, model: string, options: object) => Promise<unknown>;
}

/** Where transformers.js gets its model and its WebAssembly. */
export interface TransformersOptions<Lib extends TransformersLib = TransformersLib> {
  /** Name of the model's directory. */
  readonly model: string;
  /** What holds the directory: a folder in Node and Deno, an address in browsers and their workers. */
  readonly modelPath: string;
  /** The form of the weights, as in the name of the file. Default 'fp32' (`model.onnx`). */
  readonly dtype?: 'fp32' | 'fp16' | 'q8' | 'int8' | 'uint8' | 'q4' | 'q4f16' | 'bnb4';
  /** Address of the folder with ONNX Runtime's WebAssembly, or of its two files. Default beside the runtime's own code; never a CDN. */
  readonly wasmPaths?: string | { readonly mjs?: string; readonly wasm?: string };
  /** Where the files of the model are read through, when `modelPath` is an address: a ModelCache keeps them. Default: fetched each time. */
  readonly files?: ModelFiles;
  /** Gives the package; default `import('@huggingface/transformers')`. It has to be imported here first: it chooses its runtime then. */
  readonly lib?: () => Promise<Lib>;
  /** Gives the runtime; default `import('onnxruntime-web/wasm')`. */
  readonly runtime?: () => Promise<OnnxRuntimeLike>;
}

/** A pipeline that outlives its own failures. */
export interface GuardedPipeline<Pipeline extends PipelineLike> {
  readonly pipeline: Pipeline;
  readonly lib: TransformersLib;
  /** Does the work with the pipeline; what the runtime threw inside is what it throws. */
  guard<T>(work: () => Promise<T>): Promise<T>;
}

/** Where transformers.js looks for a runtime of its host. */
const RUNTIME = Symbol.for('onnxruntime');
const SILENT = 50;
/** Between two tokens the event loop gets its turn, when it had none for so long, in milliseconds. */
const BREATH = 40;

/** Opening one is a change of settings that all users of the package share: one after the other. Never rejects. */
let opening: Promise<unknown> = Promise.resolve();

/**
 * Opens a pipeline of transformers.js on ONNX Runtime Web, from the given place and nowhere else.
 *
 * In browsers the package chains all sessions in two promises, so that one failed `create` or `run` fails everything
 * after it. Neither ever fails here as far as the package knows: failures are kept and thrown outside of its chains.
 *
 * @throws LocalModelError, AbortedError
 */
export function openPipeline<Pipeline extends PipelineLike>(
  task: string, options: TransformersOptions, { signal, onProgress }: LoadOptions = {},
): Promise<GuardedPipeline<Pipeline>> {
  const action = `Loading '${options.model}'`;
  const opened = opening.then(async () => {
    throwIfAborted(signal, action);
    const runtime = await prepareRuntime(options);
    const lib = await loadPackage<TransformersLib>('@huggingface/transformers', options.lib ?? importTransformers);
    configure(lib, options, runtime, { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) });
    const ours = lib.env.backends.onnx.wasm === runtime.env.wasm;
    const failures = { create: undefined as unknown };
    guarded.swallow = (error) => { failures.create ??= error; };
    try {
      const open = lib.pipeline as (task: string, model: string, options: object) => Promise<Pipeline>;
      const pipeline = await open(task, options.model, {
        dtype: options.dtype ?? 'fp32', ...(ours ? { device: 'auto' } : {}),
        // Through files the progress is theirs; asked for its own, the package would read all weights once more for their sizes.
        ...(options.files === undefined ? { progress_callback: reportTo(onProgress, options.model) } : {}),
      });
      if (failures.create !== undefined) throw failures.create;
      return { pipeline, lib, guard: guardRuns(pipeline) };
    } catch (error) {
      throwIfAborted(signal, action);
      throw loadError(action, failures.create ?? error);
    } finally {
      guarded.swallow = undefined;
    }
  });
  opening = opened.catch(() => undefined);
  // Given up, it goes on in its own time, and what comes is given back.
  return abortable(opened, signal, action).catch((error: unknown) => {
    void opened.then(({ pipeline }) => pipeline.dispose(), () => undefined);
    throw error;
  });
}

function reportTo(onProgress: LoadOptions['onProgress'], model: string): (report: { status: string; file?: string; loaded?: number; total?: number | null }) => void {
  return ({ status, file = model, loaded = 0, total = null }) => {
    if (status === 'progress') onProgress?.({ file, loaded, total });
  };
}

/** Its own types are of the models it knows, and too many to agree with. */
const importTransformers = (): Promise<TransformersLib> => import('@huggingface/transformers').catch(absent) as Promise<unknown> as Promise<TransformersLib>;

/** Set while a pipeline is being opened: takes what `create` throws. */
const guarded: { swallow: ((error: unknown) => void) | undefined } = { swallow: undefined };

/** The runtime, offered to the package before it looks for one. */
async function prepareRuntime({ runtime: load = () => import('onnxruntime-web/wasm').catch(absent), wasmPaths }: TransformersOptions): Promise<OnnxRuntimeLike> {
  const scope = globalThis as { [RUNTIME]?: OnnxRuntimeLike };
  const runtime = await loadPackage('onnxruntime-web', load);
  // Without a number it throws in Node and guesses elsewhere; threads need an isolated page.
  runtime.env.wasm.numThreads ??= 1;
  if (wasmPaths !== undefined) runtime.env.wasm.wasmPaths = wasmPaths;
  // In Node the package gives paths of files, which only the native runtime reads.
  const create = async (model: unknown, ...rest: unknown[]): Promise<unknown> => {
    const bytes = typeof model === 'string' ? await readFile(model) : null;
    return runtime.InferenceSession.create((bytes ?? model) as never, ...rest as never[]);
  };
  scope[RUNTIME] ??= {
    ...runtime,
    InferenceSession: {
      async create(...args: [unknown, ...unknown[]]) {
        try {
          return await create(...args);
        } catch (error) {
          if (!guarded.swallow) throw error;
          guarded.swallow(error);
          return { inputNames: [], outputNames: [] };
        }
      },
    },
  };
  return runtime;
}

function configure({ env }: TransformersLib, { modelPath, wasmPaths, files }: TransformersOptions, runtime: OnnxRuntimeLike, load: LoadOptions): void {
  const { location } = globalThis as { location?: { readonly href: string } };
  const isAddress = /^https?:/.test(modelPath) || typeof location === 'object';
  const folder = modelPath.endsWith('/') ? modelPath : `${modelPath}/`;
  env.allowLocalModels = !isAddress;
  env.allowRemoteModels = isAddress;
  // A path without its host counts as a file that is not there.
  if (isAddress) Object.assign(env, { remoteHost: new URL(folder, location?.href).href, remotePathTemplate: '{model}/' });
  else env.localModelPath = folder;
  env.useWasmCache = false;
  env.logLevel = SILENT;
  const { signal } = load;
  const answers = new UnreadAnswers();
  env.fetch = async (input, init) => answers.hand(files === undefined
    ? await fetch(input, { ...init, ...(signal ? { signal } : {}) })
    : await readThrough(files, String(input), load));
  // Its own copy of each file would outlive the one in `files`, and be read instead of it.
  Object.assign(env, { useBrowserCache: false, useFSCache: false, useCustomCache: true, customCache: answers });
  // The package names its CDN where nothing else is named.
  const { wasmPaths: named } = runtime.env.wasm;
  if (isRecord(named) && /\/\/cdn\./.test(asString(named['wasm']) ?? '')) runtime.env.wasm.wasmPaths = wasmPaths;
}

function guardRuns(pipeline: PipelineLike): <T>(work: () => Promise<T>) => Promise<T> {
  let failure: unknown;
  let rested = performance.now();
  for (const session of Object.values(pipeline.model.sessions)) {
    const run = session.run.bind(session);
    session.run = async (...args) => {
      // Runs in WebAssembly do not return to the event loop by themselves: neither clicks nor timers would be heard.
      if (performance.now() - rested > BREATH) {
        await new Promise<void>((resolve) => { setTimeout(resolve, 0); });
        rested = performance.now();
      }
      try {
        return await run(...args);
      } catch (error) {
        failure ??= error;
        return {};
      }
    };
  }
  return async (work) => {
    failure = undefined;
    rested = performance.now();
    try {
      return await work();
    } catch (error) {
      throw failure ?? error;
    }
  };
}

function loadError(action: string, cause: unknown): BlazenError {
  if (cause instanceof BlazenError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  const make = (problem: LocalModelError['problem'], fix: string): LocalModelError =>
    new LocalModelError(`${action} failed: ${text.slice(0, 500)}`, { problem, fix, retryable: problem === 'offline', cause });
  if (/not found locally|Could not locate file|\b404\b/.test(text)) return make('not-found', 'Check model and modelPath: the directory holds config.json, tokenizer.json and onnx/');
  if (/failed to fetch|fetch failed|network/i.test(text)) return make('offline', 'Check the connection, modelPath and the CORS headers of its server');
  if (/quota/i.test(text)) return make('quota', 'Free some storage of this site, or choose a smaller model');
  if (/memory|allocat/i.test(text)) return make('vram', 'Choose a smaller model or a smaller dtype');
  if (/protobuf|Load model|deserialize|parse|JSON/i.test(text)) return make('corrupt', 'Fetch the files of the model again');
  if (/backend|wasm/i.test(text)) return make('wasm-forbidden', "Pass wasmPaths with the address of ONNX Runtime's files, and allow 'wasm-unsafe-eval' in the page's policy");
  return make('failed', 'See the cause');
}
