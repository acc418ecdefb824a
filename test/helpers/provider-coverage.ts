/** What proves a feature of a provider: a recording's id, `case:` and a delivery case, `test:` and one of ours, or nothing. */
export type Proof = string;

export const features = ['tools', 'images', 'reasoning', 'structured', 'usage in stream', 'errors'] as const;
export type Feature = (typeof features)[number];

/** One row per provider function; every cell must say what proves it. */
export const coverage: Readonly<Record<string, Readonly<Record<Feature, Proof>>>> = {
  openai: { tools: 'pydantic-ai-1017', images: 'pydantic-ai-1892', reasoning: 'unverified', structured: 'pydantic-ai-2547', 'usage in stream': 'pydantic-ai-1101', errors: 'pydantic-ai-1095' },
  openaiResponses: { tools: 'ruby_llm-341', images: 'ruby_llm-498', reasoning: 'pydantic-ai-1868', structured: 'ruby_llm-819', 'usage in stream': 'ruby_llm-349', errors: 'ruby_llm-525' },
  anthropic: { tools: 'ruby_llm-144', images: 'ruby_llm-441', reasoning: 'ruby_llm-742', structured: 'pydantic-ai-1335', 'usage in stream': 'ruby_llm-198', errors: 'pydantic-ai-1435' },
  gemini: { tools: 'ruby_llm-293', images: 'ruby_llm-451', reasoning: 'ruby_llm-759', structured: 'ruby_llm-790', 'usage in stream': 'ruby_llm-554', errors: 'test:failures.test.ts' },
  'gemini on Vertex AI': { tools: 'ruby_llm-386', images: 'ruby_llm-469', reasoning: 'ruby_llm-386', structured: 'ruby_llm-825', 'usage in stream': 'ruby_llm-404', errors: 'unverified' },
  azure: { tools: 'ruby_llm-213', images: 'ruby_llm-707', reasoning: 'unverified', structured: 'ruby_llm-801', 'usage in stream': 'case:real/azure/openai-chat/random', errors: 'case:synth/error-first-event-on-200 (azure 429 in-band)' },
  azureResponses: { tools: 'ruby_llm-531', images: 'unverified', reasoning: 'unverified', structured: 'unverified', 'usage in stream': 'unverified', errors: 'unverified' },
  openrouter: { tools: 'ruby_llm-382', images: 'ruby_llm-465', reasoning: 'ruby_llm-736', structured: 'ruby_llm-822', 'usage in stream': 'ruby_llm-565', errors: 'pydantic-ai-2787' },
  groq: { tools: 'pydantic-ai-1838', images: 'pydantic-ai-1839', reasoning: 'pydantic-ai-1157', structured: 'unverified', 'usage in stream': 'pydantic-ai-1850', errors: 'pydantic-ai-1842' },
  together: { tools: 'unverified', images: 'unverified', reasoning: 'unverified', structured: 'unverified', 'usage in stream': 'unverified', errors: 'unverified' },
  mistral: { tools: 'ruby_llm-322', images: 'ruby_llm-459', reasoning: 'ruby_llm-439', structured: 'ruby_llm-791', 'usage in stream': 'ruby_llm-439', errors: 'unverified' },
  deepseek: { tools: 'ruby_llm-280', images: 'unverified', reasoning: 'ruby_llm-756', structured: 'unverified', 'usage in stream': 'ruby_llm-280', errors: 'ruby_llm-181' },
  fireworks: { tools: 'unverified', images: 'unverified', reasoning: 'unverified', structured: 'unverified', 'usage in stream': 'unverified', errors: 'unverified' },
  perplexity: { tools: 'unverified', images: 'unverified', reasoning: 'unverified', structured: 'unverified', 'usage in stream': 'case:real/perplexity/openai-chat/whole', errors: 'unverified' },
  xai: { tools: 'unverified', images: 'unverified', reasoning: 'unverified', structured: 'unverified', 'usage in stream': 'unverified', errors: 'unverified' },
  xaiResponses: { tools: 'ruby_llm-411', images: 'ruby_llm-724', reasoning: 'ruby_llm-411', structured: 'ruby_llm-829', 'usage in stream': 'ruby_llm-570', errors: 'unverified' },
  cohere: { tools: 'ruby_llm-263', images: 'unverified', reasoning: 'ruby_llm-752', structured: 'ruby_llm-809', 'usage in stream': 'ruby_llm-263', errors: 'ruby_llm-180' },
  bedrock: { tools: 'ruby_llm-149', images: 'ruby_llm-488', reasoning: 'ruby_llm-748', structured: 'ruby_llm-803', 'usage in stream': 'ruby_llm-545', errors: 'ruby_llm-179' },
  fal: { tools: 'test:tool-results.test.ts', images: 'unverified', reasoning: 'unverified', structured: 'unverified', 'usage in stream': 'unverified', errors: 'unverified' },
  openaiCompatible: { tools: 'case:synth/tool-two-calls-one-chunk', images: 'pydantic-ai-1892', reasoning: 'case:synth/reasoning_content-then-text', structured: 'pydantic-ai-2547', 'usage in stream': 'case:synth/usage-only-final-chunk', errors: 'pydantic-ai-1095' },
};

/** The table as the docs show it. */
export function coverageTable(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(['provider', ...features]), row(['---', ...features.map(() => '---')]), ...Object.entries(coverage).map(([name, cells]) => row([name, ...features.map((feature) => cells[feature])]))].join('\n');
}
