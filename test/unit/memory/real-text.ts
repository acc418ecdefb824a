import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paragraphs of the markdown files of installed packages: real technical text, the same wherever the lock file is. */
export function realParagraphs(limit: number): string[] {
  const root = join(import.meta.dirname, '../../../node_modules');
  const seen = new Set<string>();
  for (const file of markdownFiles(root, 0)) {
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
    if (entry.isDirectory() && depth < 5) yield* markdownFiles(path, depth + 1);
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
