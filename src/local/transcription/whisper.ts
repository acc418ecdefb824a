import { abortError, throwIfAborted } from '../../base/abort.ts';
import { LocalModelError } from '../../base/error-classes.ts';
import { abortable } from '../../base/abortable.ts';
import { hostScope } from '../host-scope.ts';
import { type LocalBackend, type LoadOptions, type Probe, probeError } from '../local-backend.ts';
import { type ModelFiles, networkFiles } from '../model-files.ts';
import { absent, failure, loadPackage, requireIsolation, requireWasm } from '../requirements.ts';
import { type WhisperLibrary, type WhisperModule } from './whisper-library.ts';
import { WhisperListener } from './whisper-listener.ts';
import { WhisperTranscription } from './whisper-transcription.ts';

/** A model for whisper.cpp and where it is. */
export interface WhisperOptions {
  /** Address of a ggml file of whisper.cpp, such as `ggml-tiny.bin`. */
  readonly model: string;
  /** Where the file is read through: a ModelCache keeps it. Default: fetched each time. */
  readonly files?: ModelFiles;
  /** SHA-256 of the file in hexadecimal; other bytes are refused. */
  readonly sha256?: string;
  /** Threads that compute. Default: half of the processors, at most 4. */
  readonly threads?: number;
  /**
   * The default export of `@transcribe/shout` (an optional peer, imported when this is absent). Node needs `whisperThreads` of
   * `blazen-ts/node`, because it has no Web Workers.
   */
  readonly lib?: WhisperLibrary;
}

const FOLDER = '/', FILE = 'model.bin';
/** What whisper.cpp prints when a file is not a whole model; it then goes on and hears nothing. */
const BROKEN = /failed to load|no tensors loaded|not all tensors|ERROR|bad magic|invalid model/;

/**
 * Transcription by whisper.cpp in WebAssembly (`@transcribe/shout`), in pages that are cross-origin isolated, in Deno, and
 * in Node. Workers of Cloudflare have no threads: the probe says so.
 *
 * What it computes with, half a gigabyte of address space, is given back for certain when the worker ends in which it was
 * loaded; `dispose` frees the model inside.
 *
 * @example
 * const model = await whisper({ model: '/models/ggml-tiny.bin' }).load();
 * const { text } = await model.transcribe({ audio: file, language: 'en' });
 */
export function whisper(options: WhisperOptions): LocalBackend<WhisperTranscription> {
  const name = `whisper:${options.model}`;
  return {
    name,
    async probe({ signal } = {}) {
      throwIfAborted(signal, `The probe of '${name}'`);
      return probe(options);
    },
    load: (load = {}) => open(name, options, load),
  };
}

function probe({ lib }: WhisperOptions): Probe {
  if (lib === undefined && hostScope().Worker === undefined) {
    return failure('unsupported', 'this runtime has no Web Workers, which whisper.cpp computes with',
      'In Node pass lib: whisperThreads from blazen-ts/node; in Cloudflare Workers transcribe elsewhere');
  }
  const isolation = requireIsolation();
  return isolation.ok ? requireWasm() : isolation;
}

async function open(name: string, { model, files = networkFiles, sha256, threads, lib }: WhisperOptions, load: LoadOptions): Promise<WhisperTranscription> {
  const action = `Loading '${name}'`;
  const { signal } = load;
  throwIfAborted(signal, action);
  const found = probe(lib === undefined ? { model } : { model, lib });
  if (!found.ok) throw probeError(name, found);
  const create = lib ?? await loadPackage('@transcribe/shout', async () => (await import('@transcribe/shout').catch(absent)).default as WhisperLibrary);
  const bytes = await files.read(model, { ...load, ...(sha256 === undefined ? {} : { sha256 }) });
  const listener = new WhisperListener();
  let module: WhisperModule | undefined;
  try {
    module = await abortable(create(listener.events), signal, action);
    await module.FS_createDataFile(FOLDER, FILE, bytes, true, true);
    await module.init(FILE, '');
    await module.FS_unlink(FOLDER + FILE);
    const broken = listener.lines.find((line) => BROKEN.test(line));
    if (broken !== undefined) {
      throw new LocalModelError(`Cannot load '${name}': whisper.cpp says “${broken}”`, {
        problem: 'corrupt', fix: 'Check that the address leads to a whole ggml model of whisper.cpp, and fetch it again',
      });
    }
  } catch (error) {
    await module?.terminate?.();
    if (signal?.aborted) throw abortError(signal, action);
    if (error instanceof LocalModelError) throw error;
    throw new LocalModelError(`Cannot load '${name}': whisper.cpp failed`, { problem: 'failed', fix: 'See the cause', cause: error });
  }
  return new WhisperTranscription(name, module, listener, threads ?? defaultThreads());
}

function defaultThreads(): number {
  return Math.min(4, Math.max(1, Math.floor((hostScope().navigator?.hardwareConcurrency ?? 1) / 2)));
}
