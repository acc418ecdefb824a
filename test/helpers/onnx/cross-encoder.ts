import { FLOAT, Graph, INT64 } from './graph.ts';
import { type ModelFiles, weights } from './model-files.ts';
import { MAX_TOKENS, VOCABULARY, wordPieceConfig, wordPieceTokenizer } from './word-piece.ts';

// Reads a question and a passage together and says how well they fit: for each token of the question the best token of the
// passage, where a token counts with the one before it. Unlike a bag of words it tells "dog bites man" from "man bites dog".

export const CROSS_WIDTH = 32;
const SPECIAL = 5;

/** One direction per token; none for the special ones, so that they fit nothing. */
export const crossWords: Float32Array = weights(50, VOCABULARY.length * CROSS_WIDTH, 1);
for (let token = 0; token < VOCABULARY.length; token++) {
  const row = crossWords.subarray(token * CROSS_WIDTH, (token + 1) * CROSS_WIDTH);
  const length = token < SPECIAL ? Infinity : Math.hypot(...row);
  row.forEach((value, i) => { row[i] = value / length; });
}

function crossEncoderModel(): Uint8Array<ArrayBuffer> {
  const graph = new Graph();
  const last = graph.int64([1], [2]);
  const [zero, one, minusOne] = [0, 1, -1].map((value) => graph.int64([1], [value])) as [string, string, string];
  const words = graph.node('Gather', [graph.constant([VOCABULARY.length, CROSS_WIDTH], crossWords), 'input_ids'], { axis: 0 });
  // Each token beside the one before it: the row of tokens moved right by one place. The first one, [CLS], is zeros.
  const first = graph.node('Slice', [words, zero, one, one]);
  const moved = graph.node('Concat', [first, graph.node('Slice', [words, zero, minusOne, one])], { axis: 1 });
  const pairs = graph.node('Concat', [words, moved], { axis: 2 });
  const fits = graph.node('MatMul', [pairs, graph.node('Transpose', [pairs], { perm: [0, 2, 1] })]);

  const attended = graph.node('Cast', ['attention_mask'], { to: FLOAT });
  const types = graph.node('Cast', ['token_type_ids'], { to: FLOAT });
  const passage = graph.node('Mul', [attended, types]);
  const question = graph.node('Sub', [attended, passage]);
  const outside = graph.node('Mul', [graph.node('Sub', [graph.constant([], [1]), graph.node('Unsqueeze', [passage, one])]), graph.constant([], [-100])]);
  const best = graph.node('ReduceMax', [graph.node('Add', [fits, outside])], { axes: [2], keepdims: 0 });
  const counted = graph.node('Unsqueeze', [graph.node('Mul', [best, question]), last]);
  graph.node('ReduceSum', [counted, one], { keepdims: 0 }, 'logits');
  return graph.finish(
    ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => [name, INT64, ['batch', 'tokens']] as const),
    [['logits', FLOAT, ['batch', 1]]],
  );
}

/** A reranker as it is published: a sequence classification of one label. */
export const crossEncoderFiles = (): ModelFiles => ({
  'onnx/model.onnx': crossEncoderModel(),
  'config.json': JSON.stringify({
    model_type: 'bert', architectures: ['BertForSequenceClassification'], hidden_size: CROSS_WIDTH, num_attention_heads: 1, num_hidden_layers: 1,
    intermediate_size: 64, vocab_size: VOCABULARY.length, max_position_embeddings: MAX_TOKENS, pad_token_id: 0, id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 },
  }),
  'tokenizer.json': wordPieceTokenizer,
  'tokenizer_config.json': wordPieceConfig,
});
