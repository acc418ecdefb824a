import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const ask = "{ role: 'user', content: 'x' }";

/** The same program with each: stream an answer to the console. */
const programs = {
  'blazen-ts, openai()': `import { openai } from 'blazen-ts/providers/openai';
    for await (const part of openai({ apiKey: 'k' }).stream([${ask}])) console.log(part.delta);`,
  openai: `import OpenAI from 'openai';
    for await (const chunk of await new OpenAI({ apiKey: 'k' }).chat.completions.create({ model: 'm', messages: [${ask}], stream: true })) console.log(chunk.choices[0].delta.content);`,
  'blazen-ts, anthropic()': `import { anthropic } from 'blazen-ts/providers/anthropic';
    for await (const part of anthropic({ apiKey: 'k' }).stream([${ask}])) console.log(part.delta);`,
  '@anthropic-ai/sdk': `import Anthropic from '@anthropic-ai/sdk';
    for await (const event of new Anthropic({ apiKey: 'k' }).messages.stream({ model: 'm', max_tokens: 9, messages: [${ask}] })) console.log(event);`,
  'ai and @ai-sdk/openai': `import { createOpenAI } from '@ai-sdk/openai'; import { streamText } from 'ai';
    for await (const delta of streamText({ model: createOpenAI({ apiKey: 'k' })('m'), prompt: 'x' }).textStream) console.log(delta);`,
};

/** Bytes of each program, minified and gzipped for a browser, in the order above. */
export async function sizes() {
  const rows = [];
  for (const [name, contents] of Object.entries(programs)) {
    const { outputFiles: [file] } = await build({
      // The package resolves its own name; its peers are the bench's.
      stdin: { contents, resolveDir: name.startsWith('blazen-ts') ? root : here }, bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser', write: false,
      logLevel: 'silent', external: ['node:*'],
    });
    rows.push({ name, minified: file.contents.length, gzip: gzipSync(file.contents, { level: 9 }).length });
  }
  return rows;
}
