import { UnsupportedError } from '../base/error-classes.ts';
import type { ModelInfo } from '../spec/model-info.ts';

/** A catalogue of models; subclass it and override both methods. */
export class ModelRegistry {
  /** Every model of the catalogue. @throws UnsupportedError unless overridden. */
  listModels(): Promise<readonly ModelInfo[]> {
    return Promise.reject(new UnsupportedError('unsupported: a ModelRegistry must override listModels'));
  }

  /** The model of this id, null when there is none. @throws UnsupportedError unless overridden. */
  getModel(_modelId: string): Promise<ModelInfo | null> {
    return Promise.reject(new UnsupportedError('unsupported: a ModelRegistry must override getModel'));
  }
}
