import { build, type Plugin } from 'esbuild';
import type { Forbidden } from './forbidden-words.ts';

/** A file bundled for a browser: its minified text and the modules it still imports. */
export async function bundleForBrowser(entry: string, plugins: Plugin[] = []): Promise<{ text: string; imports: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry], bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, metafile: true,
    conditions: ['browser'], legalComments: 'none', logLevel: 'silent', plugins, outdir: 'out',
    // Optional peers and host modules stay imports: whether they are there is what we look at.
    external: ['node:*', 'cloudflare:*', 'zod', 'zod/*', '@mlc-ai/*', '@huggingface/*', '@transcribe/*', 'onnxruntime-web', 'pdfjs-dist/*'],
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
    .filter((item) => item.external && item.kind === 'import-statement').map((item) => item.path);
  return { text: outputFiles.map((file) => file.text).join('\n'), imports: [...new Set(imports)] };
}

export function checkWords(bundle: { text: string; imports: readonly string[] }, rules: readonly Forbidden[]): string[] {
  const problems: string[] = [];
  for (const { words = [], imports = [] } of rules) {
    for (const word of words) {
      const hit = word.exec(bundle.text);
      if (hit !== null) problems.push(`contains ${hit[0]}: …${bundle.text.slice(Math.max(0, hit.index - 40), hit.index + 40)}…`);
    }
    for (const pattern of imports) problems.push(...bundle.imports.filter((name) => pattern.test(name)).map((name) => `imports ${name}`));
  }
  return problems;
}
