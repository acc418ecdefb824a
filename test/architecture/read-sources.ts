import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Source text by path relative to src/, with forward slashes. */
export type Sources = Readonly<Record<string, string>>;

export function readSources(root = 'src'): Sources {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return Object.fromEntries(files.sort().map((file) => [file.replaceAll('\\', '/'), readFileSync(join(root, file), 'utf8')]));
}
