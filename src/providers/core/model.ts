import { ChatModel } from '../../model/index.ts';
import { WireModel, type ProviderOptions, type ProviderRow } from './wire-model.ts';

/** The model users get for a provider's row and their options. */
export function providerModel(row: ProviderRow, options: ProviderOptions): ChatModel {
  return new ChatModel(new WireModel(row, options));
}
