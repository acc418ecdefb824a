import { LocalModelError } from '../../base/error-classes.ts';
import { throwIfAborted } from '../../base/abort.ts';
import { hostScope } from '../host-scope.ts';
import { type LoadOptions, type Probe, probeError } from '../local-backend.ts';
import { networkFiles } from '../model-files.ts';
import { absent, loadPackage, requireIsolation, requireWasm, requireWebGpu } from '../requirements.ts';
import { OnnxModel } from './onnx-model.ts';
import type { OnnxOptions } from './onnx-options.ts';
import type { OnnxRuntime } from './onnx-runtime.ts';
import { TextTokens, type TokenizersPackage } from './text-tokens.ts';

const findRuntime = async ({ runtime, device }: OnnxOptions): Promise<OnnxRuntime> => runtime
  ?? loadPackage<OnnxRuntime>('onnxruntime-web', () => (device === 'webgpu' ? import('onnxruntime-web/webgpu').catch(absent) : import('onnxruntime-web/wasm').catch(absent)));
const findTokenizers = async ({ tokenizers }: OnnxOptions): Promise<TokenizersPackage> => tokenizers
  ?? loadPackage('@huggingface/tokenizers', () => import('@huggingface/tokenizers').catch(absent));

/** Whether the device, the page and what is installed can run ONNX models with these options. */
export async function probeOnnx(options: OnnxOptions, signal: AbortSignal | undefined): Promise<Probe> {
  throwIfAborted(signal, 'The look at the device');
  if (!(options.wasm instanceof WebAssembly.Module)) {
    const compiles = requireWasm();
    if (!compiles.ok) return compiles;
  }
  if (options.device === 'webgpu') {
    const gpu = await requireWebGpu(signal === undefined ? {} : { signal });
    if (!gpu.ok) return gpu;
  }
  try {
    await Promise.all([findRuntime(options), findTokenizers(options)]);
  } catch (error) {
    if (!(error instanceof LocalModelError)) throw error;
    return { ok: false, problem: error.problem, reason: error.message, fix: error.fix };
  }
  const threads = options.threads ?? 1;
  return threads === 1 || threadsHere(threads) === threads ? { ok: true } : { ok: true, note: `${threads} threads were asked for, and one is used: ${sharedMemoryIsOff()}` };
}

/** What is fetched, and the model made of it. */
export async function loadOnnx(name: string, options: OnnxOptions, load: LoadOptions): Promise<{ model: OnnxModel; tokens: TextTokens }> {
  const { signal } = load;
  const probe = await probeOnnx(options, signal);
  if (!probe.ok) throw probeError(name, probe);
  const { files = networkFiles, device = 'wasm', wasm } = options;
  const [runtime, { Tokenizer }, definition, config, bytes] = await Promise.all([
    findRuntime(options), findTokenizers(options), readJson(options.tokenizer), readJson(options.config ?? {}),
    options.model instanceof Uint8Array ? options.model : files.read(String(options.model), load),
  ]);

  async function readJson(source: string | URL | object): Promise<object> {
    if (typeof source !== 'string' && !(source instanceof URL)) return source;
    const content = await files.read(String(source), load);
    try {
      return JSON.parse(new TextDecoder().decode(content)) as object;
    } catch (cause) {
      throw corrupt(String(source), 'it is not JSON', cause);
    }
  }

  let tokens: TextTokens;
  try {
    tokens = new TextTokens(new Tokenizer(definition, {}), definition, config, options);
  } catch (cause) {
    throw corrupt(typeof options.tokenizer === 'object' && !(options.tokenizer instanceof URL) ? 'the tokenizer' : String(options.tokenizer), 'it is not a tokenizer', cause);
  }
  runtime.env.wasm.numThreads = threadsHere(options.threads ?? 1);
  return { model: await OnnxModel.open({ name, runtime, bytes, device, wasm, files, padding: tokens.padding }, load), tokens };
}

function corrupt(file: string, what: string, cause: unknown): LocalModelError {
  return new LocalModelError(`Cannot use '${file}': ${what}`, { problem: 'corrupt', fix: 'Check the address of the file, and fetch it again', cause });
}

/** Threads need shared memory, which only isolated pages have; outside of browsers the runtime has none. */
function threadsHere(asked: number): number {
  return hostScope().crossOriginIsolated === true ? asked : 1;
}

function sharedMemoryIsOff(): string {
  const isolation = requireIsolation();
  return isolation.ok ? 'ONNX Runtime Web has threads in browsers only' : `${isolation.reason}. ${isolation.fix}`;
}
