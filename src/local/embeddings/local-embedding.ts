import type { LocalModelError } from '../../base/error-classes.ts';
import { type EmbeddingBackend, EmbeddingModel } from '../../model/index.ts';
import type { LoadedModel } from '../local-backend.ts';

/** An embedding model in the memory of this device: it goes wherever an EmbeddingModel goes, and is given back at the end. */
export class LocalEmbeddingModel extends EmbeddingModel implements LoadedModel {
  /** How vectors are made; changes when the same model gives other ones. */
  readonly version: string;
  readonly lost?: Promise<LocalModelError>;
  readonly #loaded: LoadedModel;

  constructor(backend: EmbeddingBackend, version: string, loaded: LoadedModel) {
    super(backend);
    this.version = version;
    this.#loaded = loaded;
    if (loaded.lost !== undefined) this.lost = loaded.lost;
  }

  dispose(): Promise<void> {
    return this.#loaded.dispose();
  }
}
