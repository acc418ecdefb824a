import { build } from 'esbuild';
import { type Handler, listen, type Listening } from './listen.ts';

/**
 * Serves one page with a program, twice: at `/`, and cross-origin isolated at `/isolated`; `?policy` is its content security policy.
 * Other paths are for the test.
 */
export type PageServer = Listening;

/** Bundles the entries for a browser; a page has the first one, the others are for its workers, at `/<name>.js`. */
export async function startPageServer(
  entries: Readonly<Record<string, string>>, more: Handler = (_request, response) => { response.writeHead(404).end(); },
): Promise<PageServer> {
  const { outputFiles } = await build({
    entryPoints: entries, bundle: true, format: 'esm', write: false, outdir: '/', conditions: ['browser'], target: 'es2022', logLevel: 'error',
    external: ['@huggingface/*', 'onnxruntime-web', 'onnxruntime-web/*', '@mlc-ai/*', '@transcribe/*'],
  });
  const programs = new Map(outputFiles.map(({ path, text }) => [path, text]));
  const [first] = Object.keys(entries);
  return listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
    const policy = searchParams.get('policy');
    const isolation = [pathname, new URL(request.headers.referer ?? '/', 'http://page').pathname].includes('/isolated')
      ? { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } : {};
    if (pathname === '/' || pathname === '/isolated') {
      response.writeHead(200, { 'content-type': 'text/html', ...isolation, ...(policy === null ? {} : { 'content-security-policy': policy }) }).end(`<!doctype html><link rel="icon" href="data:,"><script type="module" src="/${first}.js"></script>`);
    } else if (programs.has(pathname)) {
      response.writeHead(200, { 'content-type': 'text/javascript', ...isolation }).end(programs.get(pathname));
    } else more(request, response);
  });
}
