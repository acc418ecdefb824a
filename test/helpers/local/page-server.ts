import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

/** What a path answers: its content, and headers beyond the content type. */
export interface Served {
  readonly content: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server of the files of a page. */
export interface PageServer {
  /** Its address, without a slash at the end. */
  readonly origin: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  close(): void;
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json', '.onnx': 'application/octet-stream' };

/** Serves files by path on 127.0.0.1, and below each of `folders` what lies on the disk; everything else is 404. */
export async function startPageServer(files: Readonly<Record<string, Served>>, folders: Readonly<Record<string, string>> = {}): Promise<PageServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    asked.push(path);
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
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
