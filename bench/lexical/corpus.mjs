// Real text: the markdown of npm packages whose versions bench/package-lock.json pins.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The packages with the most of it. */
const PACKAGES = [
  'ai', 'undici', 'pino', '@ai-sdk/openai', 'date-fns', 'dotenv', 'qs', 'protobufjs', 'json-schema-to-ts', 'openai', 'safe-buffer', 'node-fetch',
  'langsmith', 'ts-algebra', 'mustache', 'p-map', 'uuid', 'yargs-parser', 'safer-buffer', '@jsdevtools/ono', 'body-parser', 'pino-pretty',
  'cjs-module-lexer', '@js-sdsl/ordered-map', '@llamaindex/workflow-core', '@openrouter/sdk', 'xstate', '@streamparser/json', 'debug', 'long',
  '@langchain/core', '@langchain/langgraph', '@langchain/textsplitters', 'express', 'hono', 'minisearch', '@orama/orama', '@mastra/core', 'zod',
];
const SHORTEST = 40, LONGEST = 2000;

/** Every markdown file: `{ name, source }`, in an order of its own. */
export function files() {
  const root = fileURLToPath(new URL('../node_modules/', import.meta.url));
  return PACKAGES.flatMap((name) => [...below(join(root, name), 0)].map((path) => ({ name: path.slice(root.length), source: readFileSync(path, 'utf8') })));
}

/** Distinct paragraphs of them: `{ id, text, file }`. */
export function paragraphs(documents) {
  const seen = new Map();
  for (const { name, source } of documents) {
    for (const block of source.split(/\n\s*\n/)) {
      const text = block.replaceAll(/\s+/g, ' ').trim();
      if (text.length >= SHORTEST && text.length <= LONGEST && !seen.has(text)) seen.set(text, { id: String(seen.size), text, file: name });
    }
  }
  if (seen.size < 10_000) throw new Error(`There are ${seen.size} paragraphs, fewer than 10,000: install the packages of bench/package.json`);
  return [...seen.values()];
}

/** Known-item queries: four words of a paragraph each, which it is the answer to. The same ones each time. */
export function queries(texts, count) {
  const random = seeded(7);
  const found = [];
  while (found.length < count) {
    const at = Math.floor(random() * texts.length);
    const words = [...new Set(texts[at].text.match(/[A-Za-z]{4,}/g) ?? [])];
    if (words.length >= 8) found.push({ answer: texts[at].id, words: Array.from({ length: 4 }, () => words[Math.floor(random() * words.length)]) });
  }
  return found;
}

function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function* below(folder, depth) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < 6 && entry.name !== 'node_modules') yield* below(path, depth + 1);
    else if (entry.isFile() && /\.mdx?$/i.test(entry.name)) yield path;
  }
}
