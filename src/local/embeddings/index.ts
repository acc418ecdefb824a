/**
 * Embedding models and rerankers that run on the user's own device, in any runtime.
 *
 * Use it for search that no text leaves the device for. Subpath export `blazen-ts/local/embeddings`; the packages that
 * compute are optional and loaded when a model is.
 *
 * @module
 */
export { onnxEmbedding } from './onnx-embedding.ts';
export type { OnnxEmbeddingOptions } from './onnx-embedding.ts';
export type { OnnxOptions } from './onnx-options.ts';
export type { VectorOptions } from './embed-texts.ts';
export type { Pooling } from './pooling.ts';
export { transformersEmbedding } from './transformers-embedding.ts';
export type { TransformersEmbeddingLib, TransformersEmbeddingOptions } from './transformers-embedding.ts';
export type { OnnxRuntimeLike, PipelineLike, TransformersLib, TransformersOptions } from '../transformers-lib.ts';
export { crossEncoder } from './cross-encoder.ts';
export type { LocalReranker } from './cross-encoder.ts';
export { LocalEmbeddingModel } from './local-embedding.ts';
export type { OnnxRuntime, OnnxSession, OnnxSessionOptions, OnnxTensor } from './onnx-runtime.ts';
export type { ModelConfig, TokenizerLike, TokenizersPackage } from './text-tokens.ts';
