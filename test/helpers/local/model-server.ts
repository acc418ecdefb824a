import type { Handler } from '../listen.ts';
import { modelBytes } from './model-bytes.ts';

/** What was asked for one file. */
export interface ServedRequest { readonly range: string | null; readonly ifRange: string | null; readonly status: number }

/**
 * Serves `/models/<id>` as its query says, afresh for each id: `seed`, `size`, `etag`, `modified`, `date`, `ranges=no`,
 * `length=no`, `pause=<bytes>` (of the first answer, nothing comes after so many bytes until `/models/<id>?resume`, or
 * `?drop`, which destroys the socket). `?become=<query>` changes what is served. `/models/<id>?log` gives the requests so far.
 */
export function modelHandler(): Handler {
  const logs = new Map<string, ServedRequest[]>();
  const changes = new Map<string, URLSearchParams>();
  const paused = new Map<string, { resume(): void; drop(): void }>();
  return (request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://server');
    const log = logs.get(pathname) ?? [];
    logs.set(pathname, log);
    if (!pathname.startsWith('/models/') || query.has('missing')) {
      response.writeHead(404).end();
      return;
    }
    if (query.has('log') || query.has('resume') || query.has('drop')) {
      if (query.has('resume')) paused.get(pathname)?.resume();
      if (query.has('drop')) paused.get(pathname)?.drop();
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(log));
      return;
    }
    if (query.has('become')) {
      changes.set(pathname, new URLSearchParams(query.get('become')!));
      response.writeHead(204).end();
      return;
    }
    for (const [name, value] of changes.get(pathname) ?? []) query.set(name, value);
    const bytes = modelBytes(Number(query.get('seed') ?? 1), Number(query.get('size') ?? 1000));
    const etag = query.get('etag');
    const validators = { ...(etag === null ? {} : { etag }), ...(query.has('modified') ? { 'last-modified': query.get('modified')! } : {}) };
    if (query.has('date')) response.setHeader('date', query.get('date')!);
    const { range, 'if-range': ifRange } = request.headers;
    const [, start] = /^bytes=(\d+)-$/.exec(query.get('ranges') === 'no' ? '' : range ?? '') ?? [];
    // RFC 9110, 13.1.5: a weak ETag never matches.
    const matches = ifRange === undefined || (ifRange === etag && !etag.startsWith('W/')) || ifRange === query.get('modified');
    const from = start === undefined || !matches ? 0 : Number(start);
    const status = start === undefined || !matches ? 200 : from >= bytes.length ? 416 : 206;
    log.push({ range: range ?? null, ifRange: String(ifRange ?? '') || null, status });
    if (status === 416) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    response.writeHead(status, {
      'content-type': 'application/octet-stream', 'cache-control': 'no-store', ...validators,
      ...(query.get('length') === 'no' ? {} : { 'content-length': bytes.length - from }),
      ...(status === 206 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    const until = query.has('pause') && log.length === 1 ? Number(query.get('pause')) : bytes.length;
    if (until < bytes.length) paused.set(pathname, { resume: () => response.end(bytes.subarray(until)), drop: () => response.destroy() });
    response.write(bytes.subarray(from, until));
    if (until === bytes.length) response.end();
  };
}
