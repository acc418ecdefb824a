import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { attentiveDecoderFiles, scriptedDecoderFiles } from '../onnx/chat-decoder.ts';
import { listen, type Listening } from '../listen.ts';
import type { ModelFiles } from '../onnx/model-files.ts';

/** A page with the door of chat, its workers, the real packages as lazy chunks, and test models. */
export interface ChatServer extends Listening {
  /** Paths that were asked for, in order. */
  readonly requests: string[];
}

const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm', json: 'application/json' };
const PROGRAMS = ['chat-page', 'web-llm-worker', 'transformers-worker'];

export async function startChatServer(): Promise<ChatServer> {
  const { outputFiles } = await build({
    entryPoints: PROGRAMS.map((name) => `test/helpers/local/${name}.ts`), bundle: true, splitting: true, format: 'esm', write: false, outdir: '/',
    chunkNames: 'chunk-[name]-[hash]', conditions: ['browser'], target: 'es2022', logLevel: 'error', minify: false,
  });
  const programs = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const scripted = scriptedDecoderFiles();
  const models: Readonly<Record<string, ModelFiles>> = {
    scripted, attentive: attentiveDecoderFiles(), damaged: { ...scripted, 'onnx/model.onnx': 'not a model' },
    // Its tokenizer and configuration know a word its table does not have: the runtime itself fails.
    outside: {
      ...scripted, 'tokenizer.json': String(scripted['tokenizer.json']).replace('"hi?":', '"outside":500,"hi?":'),
      'config.json': String(scripted['config.json']).replace(/"vocab_size":\d+/, '"vocab_size":1000'),
    },
  };
  const requests: string[] = [];
  const server = await listen((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    requests.push(path);
    const [, folder = '', name = '', ...rest] = path.split('/');
    const content = folder === 'models' ? models[name]?.[rest.join('/')] : programs.get(path);
    response.setHeader('content-type', TYPES[path.split('.').at(-1) ?? ''] ?? 'text/html');
    if (path === '/') response.end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/chat-page.js"></script>');
    else if (content !== undefined) response.end(content);
    else if (folder === 'ort') createReadStream(join('node_modules/onnxruntime-web/dist', name)).on('error', () => response.writeHead(404).end()).pipe(response);
    else if (folder === 'garbage') response.end(name.endsWith('.json') || rest.at(-1)?.endsWith('.json') ? '{}' : 'not WebAssembly');
    // Never answered.
    else if (folder !== 'slow') response.writeHead(404).end();
  });
  return { ...server, requests };
}
