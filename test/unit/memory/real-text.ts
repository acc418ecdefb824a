import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// Named, so that an added dependency does not change the text; their versions are in the lock file.
const PACKAGES = ['commander', 'dompurify', 'fast-check', 'ky', 'marked', 'miniflare', 'minisearch', 'undici', 'vite', 'vitest', 'zod'];

/** Paragraphs of the markdown files of some installed packages: real technical text. */
export function realParagraphs(limit: number): string[] {
  const root = join(import.meta.dirname, '../../../node_modules');
  const seen = new Set<string>();
  for (const file of PACKAGES.flatMap((name) => [...markdownFiles(join(root, name), 0)])) {
    for (const block of readFileSync(file, 'utf8').split(/\n\s*\n/)) {
      const text = block.replaceAll(/\s+/g, ' ').trim();
      if (text.length >= 60 && text.length <= 2000) seen.add(text);
      if (seen.size >= limit) return [...seen];
    }
  }
  return [...seen];
}

function* markdownFiles(folder: string, depth: number): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < 4 && entry.name !== 'node_modules') yield* markdownFiles(path, depth + 1);
    else if (entry.isFile() && entry.name.toLowerCase().endsWith('.md')) yield path;
  }
}

/** Numbers between 0 and 1 that depend on the seed only. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
