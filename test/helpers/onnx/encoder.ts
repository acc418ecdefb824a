import { FLOAT, Graph, INT64 } from './graph.ts';
import { type ModelFiles, weights } from './model-files.ts';
import { MAX_TOKENS, VOCABULARY, wordPieceConfig, wordPieceTokenizer } from './word-piece.ts';

// A BERT of one layer and one head: word, place and type embeddings, LayerNorm, self attention under the mask, a feed-forward
// layer, LayerNorm. Its weights are random, so it knows nothing; what it computes is defined to the last digit.

export const HIDDEN = 32;
const INNER = 64;
const EPSILON = 1e-12;

/** A matrix and what is added to its product. */
export interface Linear { readonly matrix: Float32Array; readonly bias: Float32Array; readonly from: number; readonly to: number }

const linear = (seed: number, from: number, to: number): Linear => ({ matrix: weights(seed, from * to, 0.2), bias: weights(seed + 1, to, 0.2), from, to });
const norm = (seed: number): { gain: Float32Array; bias: Float32Array } => ({ gain: weights(seed, HIDDEN, 0.1).map((x) => 1 + x), bias: weights(seed + 1, HIDDEN, 0.1) });

/** Every number of the test encoder. */
export const encoderWeights = {
  words: weights(1, VOCABULARY.length * HIDDEN, 1), places: weights(2, MAX_TOKENS * HIDDEN, 0.2), types: weights(3, 2 * HIDDEN, 0.2),
  query: linear(10, HIDDEN, HIDDEN), key: linear(12, HIDDEN, HIDDEN), value: linear(14, HIDDEN, HIDDEN), out: linear(16, HIDDEN, HIDDEN),
  inner: linear(18, HIDDEN, INNER), outer: linear(20, INNER, HIDDEN),
  norms: [norm(30), norm(32), norm(34)] as const,
  epsilon: EPSILON,
};

function encoderModel(): Uint8Array<ArrayBuffer> {
  const w = encoderWeights;
  const graph = new Graph();
  const product = (input: string, { matrix, bias, from, to }: Linear): string =>
    graph.node('Add', [graph.node('MatMul', [input, graph.constant([from, to], matrix)]), graph.constant([to], bias)]);
  const normalized = (input: string, { gain, bias }: { gain: Float32Array; bias: Float32Array }, output?: string): string =>
    graph.node('LayerNormalization', [input, graph.constant([HIDDEN], gain), graph.constant([HIDDEN], bias)], { axis: -1, epsilon: { float: EPSILON } }, output);
  const row = (table: Float32Array, rows: number, index: string): string => graph.node('Gather', [graph.constant([rows, HIDDEN], table), index], { axis: 0 });

  const zero = graph.int64([], [0]);
  const one = graph.int64([], [1]);
  const length = graph.node('Gather', [graph.node('Shape', ['input_ids']), one], { axis: 0 });
  const places = graph.node('Range', [zero, length, one]);
  const words = graph.node('Add', [row(w.words, VOCABULARY.length, 'input_ids'), row(w.places, MAX_TOKENS, places)]);
  const embedded = normalized(graph.node('Add', [words, row(w.types, 2, 'token_type_ids')]), w.norms[0]);

  const mask = graph.node('Unsqueeze', [graph.node('Cast', ['attention_mask'], { to: FLOAT }), graph.int64([1], [1])]);
  const hidden = graph.node('Mul', [graph.node('Sub', [graph.constant([], [1]), mask]), graph.constant([], [-1e9])]);
  const keys = graph.node('Transpose', [product(embedded, w.key)], { perm: [0, 2, 1] });
  const scores = graph.node('Mul', [graph.node('MatMul', [product(embedded, w.query), keys]), graph.constant([], [1 / Math.sqrt(HIDDEN)])]);
  const attention = graph.node('Softmax', [graph.node('Add', [scores, hidden])], { axis: -1 });
  const mixed = product(graph.node('MatMul', [attention, product(embedded, w.value)]), w.out);
  const attended = normalized(graph.node('Add', [embedded, mixed]), w.norms[1]);

  const fed = product(graph.node('Relu', [product(attended, w.inner)]), w.outer);
  normalized(graph.node('Add', [attended, fed]), w.norms[2], 'last_hidden_state');
  return graph.finish(
    ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => [name, INT64, ['batch', 'tokens']] as const),
    [['last_hidden_state', FLOAT, ['batch', 'tokens', HIDDEN]]],
  );
}

/** An embedding model as it is published: transformers.js loads this directory for 'feature-extraction'. */
export const encoderFiles = (): ModelFiles => ({
  'onnx/model.onnx': encoderModel(),
  'config.json': JSON.stringify({
    model_type: 'bert', architectures: ['BertModel'], hidden_size: HIDDEN, num_attention_heads: 1, num_hidden_layers: 1, intermediate_size: INNER,
    vocab_size: VOCABULARY.length, max_position_embeddings: MAX_TOKENS, pad_token_id: 0,
  }),
  'tokenizer.json': wordPieceTokenizer,
  'tokenizer_config.json': wordPieceConfig,
});
