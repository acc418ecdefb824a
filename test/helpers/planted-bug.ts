import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type * as entry from '../unit/testing/planted-entry.ts';
import type { PlantedBug } from '../unit/testing/planted-bugs.ts';

const root = new URL('../..', import.meta.url).pathname;
const folder = join(root, '.cache/planted');

/** The text of the file with the mistake in it. @throws Error when the patch no longer fits. */
export function plant({ name, file, find, replace }: PlantedBug): string {
  const text = readFileSync(join(root, 'src', file), 'utf8');
  if (text.split(find).length !== 2) throw new Error(`The patch '${name}' no longer fits src/${file}: bring it up to date`);
  return text.replace(find, () => replace);
}

/** A copy of the package with the mistake in it, and the simulated workflows made with that copy. */
export async function loadPlanted(bug: PlantedBug, index: number): Promise<typeof entry> {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${index}.mjs`);
  const path = join(root, 'src', bug.file);
  const contents = plant(bug);
  let planted = false;
  await build({
    entryPoints: [join(root, 'test/unit/testing/planted-entry.ts')], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', packages: 'external', logLevel: 'error',
    plugins: [{
      name: 'plant',
      setup(plugin) {
        plugin.onLoad({ filter: /\.ts$/ }, (file) => {
          if (file.path !== path) return undefined;
          planted = true;
          return { contents, loader: 'ts' };
        });
      },
    }],
  });
  if (!planted) throw new Error(`Nothing in the copy uses src/${bug.file}`);
  return await import(pathToFileURL(outfile).href) as typeof entry;
}
