import { throwIfAborted } from '../../base/abort.ts';
import { delay } from '../../base/delay.ts';
import { LocalModelError } from '../../base/error-classes.ts';
import { abortable } from '../../base/abortable.ts';
import { Lifetime } from '../lifetime.ts';
import type { LoadedModel, LoadOptions } from '../local-backend.ts';
import type { ModelFiles } from '../model-files.ts';
import { ENCODER_INPUTS, feedsOf } from './batches.ts';
import { type GpuDevice, openGpuDevice } from './gpu-device.ts';
import { failed, refused } from './onnx-errors.ts';
import type { OnnxRuntime, OnnxSession, OnnxTensor } from './onnx-runtime.ts';
import type { TokenRow } from './text-tokens.ts';
import { turns } from './turns.ts';
import { provideWasm, withModule } from './wasm-binary.ts';

/** What is put together to a model. */
export interface OnnxParts {
  readonly name: string;
  readonly runtime: OnnxRuntime;
  readonly bytes: Uint8Array;
  readonly device: 'wasm' | 'webgpu';
  readonly wasm: string | URL | WebAssembly.Module | undefined;
  readonly files: ModelFiles;
  readonly padding: number;
}

const LOST_GRACE_MS = 3000;

/** Runtimes that have their WebAssembly and were asked to start. */
const started = new WeakSet<OnnxRuntime>();

/** A model in ONNX Runtime: one call at a time, and gone when it is disposed of or its GPU is lost. */
export class OnnxModel implements LoadedModel {
  readonly lifetime: Lifetime;
  readonly outputNames: readonly string[];
  readonly lost?: Promise<LocalModelError>;
  readonly #parts: OnnxParts;
  readonly #session: OnnxSession;
  readonly #device: GpuDevice | undefined;

  private constructor(parts: OnnxParts, session: OnnxSession, device: GpuDevice | undefined) {
    this.#parts = parts;
    this.#session = session;
    this.#device = device;
    this.lifetime = new Lifetime(parts.name);
    this.outputNames = session.outputNames;
    if (device !== undefined) this.lost = this.#watch(device);
  }

  static async open(parts: OnnxParts, load: LoadOptions): Promise<OnnxModel> {
    const { name, runtime, bytes, wasm, files } = parts;
    const { signal } = load;
    const action = `Loading '${name}'`;
    return abortable(turns.run(async () => {
      throwIfAborted(signal, action);
      if (!started.has(runtime)) await provideWasm(runtime, wasm, files, load);
      // A device of its own for each model: one that all share stays unusable after any model was refused or any device lost.
      const device = parts.device === 'webgpu' ? await openGpuDevice(name) : undefined;
      let session: OnnxSession | undefined;
      try {
        started.add(runtime);
        session = await withModule(wasm, () => runtime.InferenceSession.create(bytes, {
          executionProviders: [device === undefined ? 'wasm' : { name: 'webgpu', device }], logSeverityLevel: 3,
        }));
        const strange = session.inputNames.find((input) => !ENCODER_INPUTS.includes(input));
        if (strange !== undefined) {
          throw new LocalModelError(`Cannot load '${name}': it wants the input '${strange}'`, { problem: 'unsupported', fix: 'Choose an encoder: a model for embeddings or for reranking' });
        }
        throwIfAborted(signal, action);
        return new OnnxModel(parts, session, device);
      } catch (cause) {
        await session?.release();
        device?.destroy();
        throw cause instanceof LocalModelError || signal?.aborted ? cause : refused(name, cause);
      }
    }), signal, action);
  }

  /** The outputs for some rows. `signal` is that of a call of the lifetime. */
  run(rows: readonly TokenRow[], signal: AbortSignal): Promise<Readonly<Record<string, OnnxTensor>>> {
    const { name, runtime, padding } = this.#parts;
    const action = `Computing with '${name}'`;
    return abortable(turns.run(async () => {
      throwIfAborted(signal, action);
      try {
        const work = this.#session.run(feedsOf(runtime, this.#session.inputNames, rows, padding));
        // A lost GPU may never answer. The caller knows by then; the runtime gets some time to let go of the work.
        return await (this.lost === undefined ? work : Promise.race([work, this.lost.then(async (error) => {
          await delay(LOST_GRACE_MS);
          throw error;
        })]));
      } catch (cause) {
        throw failed(name, cause);
      }
    }), signal, action);
  }

  async dispose(): Promise<void> {
    if (!this.lifetime.dispose()) return;
    await turns.run(() => this.#session.release());
    this.#device?.destroy();
  }

  async #watch(device: GpuDevice): Promise<LocalModelError> {
    const { message } = await device.lost;
    const error = new LocalModelError(`The GPU of '${this.#parts.name}' went away: ${message || 'no reason was given'}`, {
      problem: 'device-lost', fix: 'Dispose of the model and load it again', retryable: true,
    });
    this.lifetime.lose(error);
    return error;
  }
}
