import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Models and what computes them: fetched by whoever wants them, and kept from then on. */
const LATER = /^models\/|ort[-.]|transformers|shout/;

/** Writes the service worker beside the built page, with the list of everything every visitor needs and its version. */
export function offline(source: string): Plugin {
  let folder = '';
  return {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    // After the files of public/ were copied, so that the list is complete.
    closeBundle() {
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'service-worker.js')
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
        .filter((path) => !LATER.test(path))
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(folder, file)));
      const script = readFileSync(source, 'utf8')
        .replace("'__VERSION__'", JSON.stringify(hash.digest('hex').slice(0, 12)))
        .replace("'__FILES__'", JSON.stringify(['./', ...files.filter((file) => file !== 'index.html')]));
      writeFileSync(join(folder, 'service-worker.js'), script);
    },
  };
}
