import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { type Handler, listen, type Listening } from '../listen.ts';

/** What a path answers: its content, and headers beyond the content type. */
export interface Served {
  readonly content: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server of the files of a page. */
export interface PageServer extends Listening {
  /** Paths that were asked for, in order. */
  readonly asked: string[];
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json', '.onnx': 'application/octet-stream' };

/** Serves files by path on 127.0.0.1, below each of `folders` what lies on the disk, and as `handlers` say; everything else is 404. */
export async function startPageServer(
  files: Readonly<Record<string, Served>>, folders: Readonly<Record<string, string>> = {}, handlers: Readonly<Record<string, Handler>> = {},
): Promise<PageServer> {
  const asked: string[] = [];
  const server = await listen((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    asked.push(path);
    const handler = Object.keys(handlers).find((prefix) => path.startsWith(prefix));
    if (handler !== undefined) {
      handlers[handler]?.(request, response);
      return;
    }
    const folder = Object.keys(folders).find((prefix) => path.startsWith(prefix));
    try {
      const { content, headers = {} } = files[path] ?? { content: readFileSync(`${folders[folder ?? ''] ?? '/nowhere/'}${path.slice((folder ?? '').length)}`) };
      // Scripts of workers carry the headers of isolation themselves.
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'text/html', 'content-length': Buffer.byteLength(content),
        'cross-origin-resource-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', ...headers,
      });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  return { ...server, asked };
}
