import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../../src/base/error-classes.ts';
import { ChatMessage, type ChatModel } from '../../../src/model/index.ts';
import type { ProviderOptions } from '../../../src/providers/core/wire-model.ts';
import { anthropic } from '../../../src/providers/anthropic.ts';
import { azure } from '../../../src/providers/azure.ts';
import { bedrock } from '../../../src/providers/bedrock.ts';
import { cohere } from '../../../src/providers/cohere.ts';
import { deepseek } from '../../../src/providers/deepseek.ts';
import { fal } from '../../../src/providers/fal.ts';
import { fireworks } from '../../../src/providers/fireworks.ts';
import { gemini } from '../../../src/providers/gemini.ts';
import { groq } from '../../../src/providers/groq.ts';
import { mistral } from '../../../src/providers/mistral.ts';
import { openai, openaiResponses } from '../../../src/providers/openai.ts';
import { openaiCompatible } from '../../../src/providers/openai-compat.ts';
import { openrouter } from '../../../src/providers/openrouter.ts';
import { perplexity } from '../../../src/providers/perplexity.ts';
import { together } from '../../../src/providers/together.ts';
import { xai } from '../../../src/providers/xai.ts';

interface Sent { readonly url: string; readonly headers: Record<string, string>; readonly body: Record<string, unknown> }

/** What a model sends. */
async function sent(make: (options: ProviderOptions) => ChatModel, options: ProviderOptions = {}): Promise<Sent> {
  const seen: Sent[] = [];
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    seen.push({ url, headers: init.headers as Record<string, string>, body: JSON.parse(init.body as string) as Record<string, unknown> });
    return new Response('{}', { status: 500 });
  };
  await make({ ...options, fetch }).complete([ChatMessage.user('x')]).catch(() => undefined);
  return seen[0]!;
}

describe('every provider', () => {
  it.each<[string, (options: ProviderOptions) => ChatModel, string, string, string | undefined]>([
    ['OPENAI_API_KEY', openai, 'https://api.openai.com/v1/chat/completions', 'authorization: Bearer k', 'gpt-4.1'],
    ['OPENAI_API_KEY', openaiResponses, 'https://api.openai.com/v1/responses', 'authorization: Bearer k', 'gpt-4.1'],
    ['ANTHROPIC_API_KEY', anthropic, 'https://api.anthropic.com/v1/messages', 'x-api-key: k', 'claude-sonnet-4-5-20250929'],
    ['GEMINI_API_KEY', gemini, 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent', 'x-goog-api-key: k', undefined],
    ['AZURE_OPENAI_API_KEY', (options) => azure({ ...options, resourceName: 'res', deploymentName: 'dep' }), 'https://res.openai.azure.com/openai/deployments/dep/chat/completions?api-version=2025-04-01-preview', 'api-key: k', 'dep'],
    ['OPENROUTER_API_KEY', openrouter, 'https://openrouter.ai/api/v1/chat/completions', 'authorization: Bearer k', 'openai/gpt-4.1'],
    ['GROQ_API_KEY', groq, 'https://api.groq.com/openai/v1/chat/completions', 'authorization: Bearer k', 'llama-3.3-70b-versatile'],
    ['TOGETHER_API_KEY', together, 'https://api.together.xyz/v1/chat/completions', 'authorization: Bearer k', 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
    ['MISTRAL_API_KEY', mistral, 'https://api.mistral.ai/v1/chat/completions', 'authorization: Bearer k', 'mistral-large-latest'],
    ['DEEPSEEK_API_KEY', deepseek, 'https://api.deepseek.com/chat/completions', 'authorization: Bearer k', 'deepseek-chat'],
    ['FIREWORKS_API_KEY', fireworks, 'https://api.fireworks.ai/inference/v1/chat/completions', 'authorization: Bearer k', 'accounts/fireworks/models/llama-v3p3-70b-instruct'],
    ['PERPLEXITY_API_KEY', perplexity, 'https://api.perplexity.ai/chat/completions', 'authorization: Bearer k', 'sonar-pro'],
    ['XAI_API_KEY', xai, 'https://api.x.ai/v1/chat/completions', 'authorization: Bearer k', 'grok-3'],
    ['COHERE_API_KEY', cohere, 'https://api.cohere.com/v2/chat', 'authorization: Bearer k', 'command-a-08-2025'],
    ['AWS_BEARER_TOKEN_BEDROCK', (options) => bedrock({ ...options, region: 'eu-west-1' }), 'https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse', 'authorization: Bearer k', undefined],
    ['FAL_KEY', fal, 'https://fal.run/openrouter/router/openai/v1/chat/completions', 'authorization: Key k', 'openai/gpt-4.1'],
  ])('takes its key from %s and calls its address', async (variable, make, url, header, model) => {
    const request = await sent(make, { env: { [variable]: 'k' } });
    const [name, value] = header.split(': ') as [string, string];
    expect(request.url).toBe(url);
    expect(request.headers[name]).toBe(value);
    expect(request.body['model']).toBe(model);
  });

  it('the options replace model, address and headers; a function gives the key at each request', async () => {
    let n = 0;
    const make = (options: ProviderOptions): ChatModel => openai({ ...options, model: 'm', baseUrl: 'https://proxy.test/v1/', headers: { 'X-Team': 'a' }, apiKey: () => `k${++n}` });
    const request = await sent(make);
    expect(request).toMatchObject({ url: 'https://proxy.test/v1/chat/completions', headers: { 'x-team': 'a', authorization: 'Bearer k1' }, body: { model: 'm' } });
    expect((await sent((options) => make(options).withModel('other'))).body['model']).toBe('other');
  });

  it('a compatible server needs no key, and Azure needs to know where', async () => {
    const request = await sent((options) => openaiCompatible({ ...options, baseUrl: 'http://localhost:11434/v1', model: 'llama' }));
    expect(request.headers['authorization']).toBeUndefined();
    expect(() => azure({})).toThrow(ValidationError);
  });

  it('Bedrock signs with credentials, and the secret is not sent', async () => {
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'session' };
    const request = await sent((options) => bedrock({ ...options, region: 'us-east-1', credentials }));
    expect(request.headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/bedrock\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/);
    expect(request.headers['x-amz-security-token']).toBe('session');
    expect(JSON.stringify(request)).not.toContain(credentials.secretAccessKey);
  });
});
