import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelFiles } from './model-files.ts';

/** Puts the files of a model into a directory, as transformers.js and a file server find them. */
export function writeFiles(directory: string, files: ModelFiles): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
