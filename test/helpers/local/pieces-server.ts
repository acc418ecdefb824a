import type { Handler } from '../listen.ts';
import type { ModelFiles } from '../onnx/model-files.ts';

/** What was asked for one path below an id. */
export interface PieceRequest { readonly path: string; readonly range: string | null; readonly status: number }

const PIECES = 3;

/**
 * Serves models at `/pieces/<id>/<model>/<path>`, of the weights a third of them in each of the first two answers, until
 * `/pieces/<id>/drop` destroys the socket. `/pieces/<id>/log` gives the requests for the id so far.
 */
export function piecesHandler(models: Readonly<Record<string, ModelFiles>>): Handler {
  const logs = new Map<string, PieceRequest[]>();
  const halted = new Map<string, () => void>();
  return (request, response) => {
    const [, , id = '', model = '', ...rest] = new URL(request.url ?? '/', 'http://server').pathname.split('/');
    const log = logs.get(id) ?? [];
    logs.set(id, log);
    if (model === 'drop') halted.get(id)?.();
    if (model === 'log' || model === 'drop') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(log));
      return;
    }
    const path = rest.join('/');
    const content = models[model]?.[path];
    const range = request.headers.range ?? null;
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const status = content === undefined ? 404 : from > 0 ? 206 : 200;
    const before = log.filter((earlier) => earlier.path === path).length;
    log.push({ path, range, status });
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    const bytes = Buffer.from(content);
    const end = path.endsWith('.onnx') && before < PIECES - 1 ? Math.floor(bytes.length * (before + 1) / PIECES) : bytes.length;
    response.writeHead(status, {
      etag: '"1"', 'content-length': bytes.length - from, 'cache-control': 'no-store', 'cross-origin-resource-policy': 'same-origin',
      ...(status === 206 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    response.write(bytes.subarray(from, end));
    if (end < bytes.length) halted.set(id, () => response.destroy());
    else response.end();
  };
}
