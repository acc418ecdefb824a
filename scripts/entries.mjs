// The one table of front doors. package.json#exports, deno.json#exports, the four bundles, the size budgets and the
// tests that walk "every entry" are all derived from it. A new room adds one line here and runs `npm run sync`.

/** The four bundles, in the order in which their conditions must appear in package.json (deno first, default last). */
export const bundles = /** @type {const} */ (['deno', 'workers', 'browser', 'node']);

/**
 * @typedef {object} Entry
 * @property {string} subpath what a user writes after the package name
 * @property {string} source file under src/
 * @property {ReadonlyArray<'node' | 'deno' | 'workerd' | 'browser' | 'bun'>} [hosts] hosts that can load it; all when absent
 */

/** @type {readonly Entry[]} */
export const entries = [
  { subpath: '.', source: 'index.ts' },
  { subpath: './events', source: 'events/index.ts' },
  { subpath: './workflow', source: 'workflow/index.ts' },
  { subpath: './durable', source: 'durable/index.ts' },
  { subpath: './server', source: 'server/index.ts' },
  { subpath: './pipeline', source: 'pipeline/index.ts' },
  { subpath: './msgpack', source: 'msgpack/index.ts' },
  { subpath: './testing', source: 'testing/index.ts' },
  { subpath: './memory', source: 'memory/index.ts' },
  { subpath: './memory/documents', source: 'memory/documents/index.ts' },
  { subpath: './memory/text', source: 'memory/text/index.ts' },
  { subpath: './memory/worker', source: 'memory/worker/index.ts' },
  { subpath: './memory/database', source: 'memory/database/index.ts' },
  { subpath: './memory/segments', source: 'memory/segments/index.ts' },
  { subpath: './browser', source: 'platform/browser/index.ts', hosts: ['browser'] },
  { subpath: './workers', source: 'platform/workers/index.ts' },
  { subpath: './node', source: 'platform/node/index.ts', hosts: ['node', 'deno', 'bun'] },
  { subpath: './deno', source: 'platform/deno/index.ts', hosts: ['deno'] },
  { subpath: './stores/redis', source: 'stores/redis/index.ts' },
  { subpath: './stores/upstash', source: 'stores/upstash/index.ts' },
  { subpath: './stores/pgvector', source: 'stores/pgvector/index.ts' },
  { subpath: './stores/vectorize', source: 'stores/vectorize/index.ts' },
  { subpath: './stores/usearch', source: 'stores/usearch/index.ts', hosts: ['node', 'deno', 'bun'] },
  { subpath: './stores/valkey', source: 'stores/redis/valkey.ts', hosts: ['node', 'deno', 'bun'] },
  { subpath: './local', source: 'local/index.ts' },
  { subpath: './local/chat', source: 'local/chat/index.ts' },
  { subpath: './local/embeddings', source: 'local/embeddings/index.ts' },
  { subpath: './local/transcription', source: 'local/transcription/index.ts' },
  { subpath: './models', source: 'model/index.ts' },
  { subpath: './agent', source: 'agent/index.ts' },
  { subpath: './providers/openai', source: 'providers/openai.ts' },
  { subpath: './providers/anthropic', source: 'providers/anthropic.ts' },
  { subpath: './providers/gemini', source: 'providers/gemini.ts' },
  { subpath: './providers/azure', source: 'providers/azure.ts' },
  { subpath: './providers/openrouter', source: 'providers/openrouter.ts' },
  { subpath: './providers/groq', source: 'providers/groq.ts' },
  { subpath: './providers/together', source: 'providers/together.ts' },
  { subpath: './providers/mistral', source: 'providers/mistral.ts' },
  { subpath: './providers/deepseek', source: 'providers/deepseek.ts' },
  { subpath: './providers/fireworks', source: 'providers/fireworks.ts' },
  { subpath: './providers/perplexity', source: 'providers/perplexity.ts' },
  { subpath: './providers/xai', source: 'providers/xai.ts' },
  { subpath: './providers/cohere', source: 'providers/cohere.ts' },
  { subpath: './providers/bedrock', source: 'providers/bedrock.ts' },
  { subpath: './providers/fal', source: 'providers/fal.ts' },
  { subpath: './providers/openai-compat', source: 'providers/openai-compat.ts' },
  { subpath: './rag', source: 'rag/index.ts' },
  { subpath: './prompts', source: 'prompts/index.ts' },
  { subpath: './prompts/yaml', source: 'prompts/yaml/index.ts' },
  { subpath: './ai-sdk', source: 'ai-sdk/index.ts' },
  { subpath: './mcp', source: 'mcp/index.ts' },
];

/**
 * Programs: built into dist/node only, reached through package.json#bin under their name, no export.
 * @type {ReadonlyArray<{ name: string, source: string }>}
 */
export const programs = [
  { name: 'blazen-ts', source: 'cli/main.ts' },
];

/** The path of a source file inside a bundle, without extension: `memory/index.ts` becomes `memory/index`. */
export const stem = (/** @type {string} */ source) => source.replace(/\.ts$/, '');

/** The package.json#exports value of one entry. Condition order matters: the first match wins. */
export const exportsOf = (/** @type {Entry} */ { source }) => ({
  deno: { types: `./dist/deno/types/${stem(source)}.d.ts`, default: `./dist/deno/${stem(source)}.js` },
  types: `./dist/types/${stem(source)}.d.ts`,
  workerd: `./dist/workers/${stem(source)}.js`,
  browser: `./dist/browser/${stem(source)}.js`,
  node: `./dist/node/${stem(source)}.js`,
  default: `./dist/browser/${stem(source)}.js`,
});
