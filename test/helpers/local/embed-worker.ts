import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm';
import * as embeddings from '../../../src/local/embeddings/index.ts';
import { HashEmbedder, Memory } from '../../../src/memory/index.ts';
import { embeddingSuite, tinyEncoder } from './embedding-suite.ts';
import { remoteSuite } from './remote-suite.ts';

const lib = { ...embeddings, Memory, HashEmbedder };
const suite = remoteSuite((t) => {
  t.test('without its module, WebAssembly may not be compiled here', async () => {
    const backend = embeddings.onnxEmbedding(tinyEncoder({ lib, options: {} }));
    const probe = await backend.probe();
    t.equal(probe.ok ? 'ok' : probe.problem, 'wasm-forbidden');
    await t.rejects(backend.load(), /import the \.wasm file statically/);
  });
  embeddingSuite(t, { lib, options: { wasm } });
  t.test('WebAssembly is left as it was', () => t.ok(String(WebAssembly.instantiate).includes('native code')));
});

/** A Worker as it is deployed: the runtime's WebAssembly is a module of it. */
export default {
  async fetch(request: Request): Promise<Response> {
    const name = new URL(request.url).searchParams.get('test');
    return Response.json(name === null ? suite.names : await suite.run(name));
  },
};
