// What programs that are killed by tests have in common: a folder that survives them, their bundle, their tab.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import type { BrowserContext, Page } from 'playwright';

/** A folder, and what removes it. */
export async function workplace(prefix: string): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), `${prefix}-`));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Bundle a program for Node; gives the path of what to run. */
export async function bundleProgram(script: string, folder: string, options: Pick<BuildOptions, 'plugins'> = {}): Promise<string> {
  const outfile = join(folder, 'program.mjs');
  await build({
    ...options, entryPoints: [script], bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'silent', conditions: ['node'],
    // Packages in CommonJS call require for what Node has.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}

/** A page that does nothing but run a script, as HTML. */
export async function bundlePage(script: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [script], bundle: true, format: 'esm', write: false, conditions: ['browser'] });
  return `<!doctype html><script type="module">${outputFiles[0]?.text ?? ''}</script>`;
}

/** A tab at an address. The process that the browser held ready for it may be one of those that were killed. */
export async function openTab(context: BrowserContext, address: string): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    try {
      const page = await context.newPage();
      await page.goto(address);
      return page;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}
