import { LocalModelError, type LocalProblem } from '../base/error-classes.ts';

/** Whether a backend can work here; when it cannot, why and what to do about it. */
export type Probe = ProbeSuccess | ProbeFailure;

/** A yes. */
export interface ProbeSuccess {
  readonly ok: true;
  /** What is not as it was asked for, such as threads that a page without isolation cannot have. */
  readonly note?: string;
}

/** A no, with its reason. */
export interface ProbeFailure {
  readonly ok: false;
  readonly problem: LocalProblem;
  /** What is missing, in a sentence a user of the page understands. */
  readonly reason: string;
  /** What the user or the developer can do about it. */
  readonly fix: string;
}

/** How far a load has come. */
export interface LoadProgress {
  /** What is being fetched or made ready: a file's name or address. */
  readonly file: string;
  /** Bytes so far. */
  readonly loaded: number;
  /** Bytes in all; null when nobody says. */
  readonly total: number | null;
}

/** How a model is loaded. */
export interface LoadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** A model that is in memory. */
export interface LoadedModel {
  /** Gives the memory back; calls in flight reject with AbortedError, later ones with LocalModelError 'disposed'. Repeatable. */
  dispose(): Promise<void>;
  /**
   * Resolves when the model stops working without having been disposed of, because the GPU or the worker it ran on went away.
   * Calls reject with LocalModelError 'device-lost' then; dispose of it and load it again. Absent where that cannot happen.
   */
  readonly lost?: Promise<LocalModelError>;
}

/**
 * One model of the device that may be loaded: what to fetch and which runtime computes it. Creating one costs nothing.
 *
 * `Model` is the loaded form: an embedding model, a completion model, a transcriber or a reranker that can be disposed.
 */
export interface LocalBackend<Model extends LoadedModel = LoadedModel> {
  /** For messages, such as `onnx:/models/minilm.onnx`. */
  readonly name: string;
  /** Memory the loaded model takes, in bytes, as far as it is known beforehand. */
  readonly vramBytes?: number;
  /** Looks, without fetching a model, whether the device and the page can run this one. Never rejects, except when aborted. */
  probe(options?: { readonly signal?: AbortSignal }): Promise<Probe>;
  /**
   * @throws LocalModelError with the problem of the probe or of the load; AbortedError. A failed load leaves nothing behind
   * and may be tried again.
   */
  load(options?: LoadOptions): Promise<Model>;
}

/** The failure of a probe as the error of a load. */
export function probeError(name: string, { problem, reason, fix }: ProbeFailure, cause?: unknown): LocalModelError {
  return new LocalModelError(`Cannot load '${name}': ${reason}. ${fix}`, { problem, fix, ...(cause === undefined ? {} : { cause }) });
}
