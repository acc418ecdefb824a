import { AuthError } from '../base/error-classes.ts';
import type { JsonObject } from '../base/json.ts';
import { lookUpEnv, resolveApiKey, signAwsRequest, type AwsCredentials } from '../http/index.ts';
import type { ChatModel, EmbeddingModel } from '../model/index.ts';
import { bedrockDialect } from './dialects/bedrock/dialect.ts';
import { embeddingModel, type EmbeddingOptions, type EmbeddingRequest, type EmbeddingRow } from './core/embedding.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';
export type { EmbeddingOptions } from './core/embedding.ts';

/** Options of Amazon Bedrock. */
export interface BedrockOptions extends ProviderOptions {
  /** AWS region. Default AWS_REGION, else us-east-1. */
  readonly region?: string;
  /** Credentials, or a function that gives them; default AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. */
  readonly credentials?: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>);
}

const KEY_VARIABLE = 'AWS_BEARER_TOKEN_BEDROCK';

/**
 * A chat model of Amazon Bedrock over Converse: with an API key (option or AWS_BEARER_TOKEN_BEDROCK) as a bearer, else
 * signed with AWS credentials. The default model is Claude Sonnet 4.5.
 */
export function bedrock(options: BedrockOptions = {}): ChatModel {
  const { region = lookUpEnv('AWS_REGION', options.env) ?? 'us-east-1', credentials: _credentials, ...rest } = options;
  const row: ProviderRow = {
    provider: 'bedrock', dialect: bedrockDialect, baseUrl: `https://bedrock-runtime.${region}.amazonaws.com`, keyVariable: KEY_VARIABLE,
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    authorize: authorizer(options, region),
  };
  return providerModel(row, rest);
}

/** Options of an embedding model on Amazon Bedrock. */
export interface BedrockEmbeddingOptions extends EmbeddingOptions, Pick<BedrockOptions, 'region' | 'credentials'> {}

/** An embedding model of Amazon Bedrock (Titan, Cohere and Nova), authorised as `bedrock`; the default is Titan Text v2. */
export function bedrockEmbedding(options: BedrockEmbeddingOptions = {}): EmbeddingModel {
  const { region = lookUpEnv('AWS_REGION', options.env) ?? 'us-east-1', credentials: _credentials, ...rest } = options;
  const row: EmbeddingRow = {
    provider: 'bedrock', baseUrl: `https://bedrock-runtime.${region}.amazonaws.com`, keyVariable: KEY_VARIABLE, model: 'amazon.titan-embed-text-v2:0',
    dimensions: { 'amazon.titan-embed-text-v2:0': 1024, 'amazon.titan-embed-text-v1': 1536 },
    // Only Cohere's models take several texts at once.
    maxBatchSize: (model) => (model.includes('cohere.') ? 96 : 1),
    verbs: { path: (model) => `/model/${encodeURIComponent(model)}/invoke`, encode: encodeBedrockEmbedding },
    authorize: authorizer(options, region),
  };
  return embeddingModel(row, rest);
}

function encodeBedrockEmbedding({ model, texts, dimensions, purpose }: EmbeddingRequest): JsonObject {
  if (model.includes('cohere.')) {
    const input_type = purpose === 'query' ? 'search_query' : 'search_document';
    return { texts, input_type, ...(model.includes('embed-v4') ? { embedding_types: ['float'] } : {}), ...(dimensions === undefined ? {} : { output_dimension: dimensions }) };
  }
  const [text = ''] = texts;
  if (model.includes('.nova')) {
    const embeddingPurpose = purpose === 'query' ? 'GENERIC_RETRIEVAL' : 'GENERIC_INDEX';
    return {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: { embeddingPurpose, text: { value: text, truncationMode: 'END' }, ...(dimensions === undefined ? {} : { embeddingDimension: dimensions }) },
    };
  }
  return { inputText: text, ...(dimensions === undefined ? {} : { dimensions }) };
}

function authorizer(options: Pick<BedrockOptions, 'apiKey' | 'env' | 'credentials'>, region: string): NonNullable<ProviderRow['authorize']> {
  const { credentials } = options;
  return async (request, secrets) => {
    const key = credentials === undefined ? await resolveApiKey('bedrock', KEY_VARIABLE, options.apiKey, options.env, false) : undefined;
    if (key !== undefined) {
      secrets.push(key);
      return { authorization: `Bearer ${key}` };
    }
    const found = await findCredentials(credentials, options.env);
    secrets.push(found.secretAccessKey, found.accessKeyId, found.sessionToken ?? '');
    return signAwsRequest(request, found, region, 'bedrock');
  };
}

async function findCredentials(given: BedrockOptions['credentials'], env: ProviderOptions['env']): Promise<AwsCredentials> {
  if (given !== undefined) return typeof given === 'function' ? given() : given;
  const accessKeyId = lookUpEnv('AWS_ACCESS_KEY_ID', env);
  const secretAccessKey = lookUpEnv('AWS_SECRET_ACCESS_KEY', env);
  const sessionToken = lookUpEnv('AWS_SESSION_TOKEN', env);
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  throw new AuthError(`authentication failed: no AWS credentials for bedrock. Pass credentials or apiKey, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or ${KEY_VARIABLE}`, { provider: 'bedrock' });
}
