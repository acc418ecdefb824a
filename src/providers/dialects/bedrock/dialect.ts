import type { Dialect } from '../../core/dialect.ts';
import { awsFrames } from './frames.ts';
import { BedrockDecoder } from './decode.ts';
import { encodeBedrock } from './encode.ts';

/** Amazon Bedrock's Converse. */
export const bedrockDialect: Dialect = {
  id: 'bedrock-converse', frames: awsFrames, encode: encodeBedrock, decoder: (context) => new BedrockDecoder(context),
  path: (model, stream) => `/model/${encodeURIComponent(model)}/converse${stream ? '-stream' : ''}`,
};
