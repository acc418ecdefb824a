import { AuthError } from '../base/error-classes.ts';
import { lookUpEnv, resolveApiKey, signAwsRequest, type AwsCredentials } from '../http/index.ts';
import type { ChatModel } from '../model/index.ts';
import { bedrockDialect } from './dialects/bedrock/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';

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
  const { region = lookUpEnv('AWS_REGION', options.env) ?? 'us-east-1', credentials, ...rest } = options;
  const row: ProviderRow = {
    provider: 'bedrock', dialect: bedrockDialect, baseUrl: `https://bedrock-runtime.${region}.amazonaws.com`, keyVariable: KEY_VARIABLE,
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    authorize: async (request, secrets) => {
      const key = credentials === undefined ? await resolveApiKey('bedrock', KEY_VARIABLE, options.apiKey, options.env, false) : undefined;
      if (key !== undefined) {
        secrets.push(key);
        return { authorization: `Bearer ${key}` };
      }
      const found = await findCredentials(credentials, options.env);
      secrets.push(found.secretAccessKey, found.accessKeyId, found.sessionToken ?? '');
      return signAwsRequest(request, found, region, 'bedrock');
    },
  };
  return providerModel(row, rest);
}

async function findCredentials(given: BedrockOptions['credentials'], env: ProviderOptions['env']): Promise<AwsCredentials> {
  if (given !== undefined) return typeof given === 'function' ? given() : given;
  const accessKeyId = lookUpEnv('AWS_ACCESS_KEY_ID', env);
  const secretAccessKey = lookUpEnv('AWS_SECRET_ACCESS_KEY', env);
  const sessionToken = lookUpEnv('AWS_SESSION_TOKEN', env);
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  throw new AuthError(`authentication failed: no AWS credentials for bedrock. Pass credentials or apiKey, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or ${KEY_VARIABLE}`, { provider: 'bedrock' });
}
