// The file of a worker with models that the real runtimes compute: ONNX Runtime is in the bundle, its WebAssembly and
// whisper.cpp come from the server.
import { type LocalBackend, serveModels } from '../../../src/local/index.ts';
import { onnxEmbedding } from '../../../src/local/embeddings/index.ts';
import { whisper, type WhisperLibrary } from '../../../src/local/transcription/index.ts';

const SHOUT = '/shout/index.js';

const speech: LocalBackend = {
  name: 'speech',
  probe: () => Promise.resolve({ ok: true }),
  async load(options) {
    const { default: lib } = await import(SHOUT) as { default: WhisperLibrary };
    return whisper({ model: '/models/ggml-tiny.bin', threads: 1, lib }).load(options);
  },
};
const encoder = onnxEmbedding({
  model: '/models/tiny-encoder/onnx/model.onnx', tokenizer: '/models/tiny-encoder/tokenizer.json', config: '/models/tiny-encoder/config.json',
  wasm: '/ort/ort-wasm-simd-threaded.wasm',
});

serveModels(self, { encoder, speech });
