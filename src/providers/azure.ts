import { ValidationError } from '../base/error-classes.ts';
import type { ChatModel } from '../model/index.ts';
import { openAIChat } from './dialects/openai-chat/dialect.ts';
import { openAIResponsesDialect } from './dialects/openai-responses/dialect.ts';
import { providerModel } from './core/model.ts';
import type { ProviderOptions, ProviderRow } from './core/wire-model.ts';
export type { ProviderOptions } from './core/wire-model.ts';

const DEFAULT_API_VERSION = '2025-04-01-preview';
const row: ProviderRow = {
  provider: 'azure', dialect: /* @__PURE__ */ openAIChat({ maxTokensField: 'max_completion_tokens' }), baseUrl: '',
  keyVariable: 'AZURE_OPENAI_API_KEY', model: '', keyHeader: (key) => ({ 'api-key': key }),
};

/** Options of Azure OpenAI. */
export interface AzureOptions extends ProviderOptions {
  /** Name of the Azure resource; not needed with `baseUrl`. */
  readonly resourceName?: string;
  /** Name of the deployment; it decides the model. */
  readonly deploymentName?: string;
  /** Default 2025-04-01-preview. */
  readonly apiVersion?: string;
}

/**
 * A chat model of an Azure OpenAI deployment; the key is the option or AZURE_OPENAI_API_KEY.
 *
 * @throws ValidationError without `resourceName` and `deploymentName`, unless `baseUrl` says where.
 */
export function azure(options: AzureOptions): ChatModel {
  const { resourceName, deploymentName, apiVersion = DEFAULT_API_VERSION, ...rest } = options;
  if (rest.baseUrl === undefined && (!resourceName || !deploymentName)) {
    throw new ValidationError('invalid input: azure needs resourceName and deploymentName, or baseUrl', { path: 'resourceName' });
  }
  const base = rest.baseUrl ?? `https://${resourceName}.openai.azure.com/openai/deployments/${encodeURIComponent(deploymentName as string)}`;
  const baseUrl = base.includes('?') ? base : `${base}?api-version=${apiVersion}`;
  return providerModel({ ...row, model: deploymentName ?? 'gpt-4.1' }, { ...rest, baseUrl });
}

const responsesRow: ProviderRow = {
  provider: 'azure', dialect: openAIResponsesDialect, baseUrl: '', keyVariable: 'AZURE_OPENAI_API_KEY', model: '', keyHeader: (key) => ({ 'api-key': key }),
};

/**
 * A chat model of Azure OpenAI over the Responses API; `deploymentName` (or `model`) is the model of each request.
 *
 * @throws ValidationError without a resource or base URL, and without a deployment.
 */
export function azureResponses(options: AzureOptions): ChatModel {
  const { resourceName, deploymentName, apiVersion, ...rest } = options;
  const model = rest.model ?? deploymentName;
  if ((rest.baseUrl === undefined && !resourceName) || !model) {
    throw new ValidationError('invalid input: azureResponses needs resourceName (or baseUrl) and deploymentName', { path: 'resourceName' });
  }
  const base = rest.baseUrl ?? `https://${resourceName}.openai.azure.com/openai/v1`;
  return providerModel(responsesRow, { ...rest, model, baseUrl: apiVersion === undefined ? base : `${base}?api-version=${apiVersion}` });
}
