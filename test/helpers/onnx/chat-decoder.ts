import { FLOAT, Graph, INT64 } from './graph.ts';
import { type ModelFiles, specialToken, weights } from './model-files.ts';

// Two text generation models for the tests of chat. One says written sentences, chosen by the last word of the prompt; the
// other is a decoder of one layer with attention over its whole past, random weights, and a reference in plain loops.

const [PAD, START, END] = [0, 1, 2];
const SPECIAL = ['<pad>', '<s>', '</s>'];
const CONTEXT = 128;

/** What follows each last word. No word may stand in two answers: the next one depends on the last alone. */
const ANSWERS: Readonly<Record<string, string>> = {
  'hi?': 'hello world from a tiny local model . </s>',
  'think?': '<think> two and more </think> Four. </s>',
  'weather?': '<tool_call> {"name":"weather","arguments":{"city":"Rome"}} </tool_call> </s>',
  'tool:': 'It is sunny in Rome. </s>',
  'json?': '{"city": "Rome", "people": 3 } </s>',
  'wrong-json?': '{"city":7} </s>',
  'fit:': '{"city":"Oslo","people":1} </s>',
  'loop?': 'la la',
};

/** A message ends with the word that decides; the template adds one of its own after results and complaints. */
const TEMPLATE = '{% for m in messages %}{% if m.content %}{{ m.content }} {% endif %}{% endfor %}'
  + "{% if messages[-1].role == 'tool' %}tool:{% elif 'does not fit' in messages[-1].content %}fit:{% endif %}{% if tools %}{% endif %}";

/** A model that says the sentence its last word asks for, as transformers.js loads it. */
export function scriptedDecoderFiles(template: string | null = TEMPLATE, answers = ANSWERS, context = CONTEXT): ModelFiles {
  const words = new Set([...SPECIAL, ...Object.entries(answers).flatMap(([ask, answer]) => [ask, ...answer.split(' ')])]);
  const tokens = [...words];
  const id = (word: string): number => tokens.indexOf(word);
  const table = new Float32Array(tokens.length ** 2).fill(-5);
  const follow = (word: number, next: number): void => { table[word * tokens.length + next] = 5; };
  for (const [ask, answer] of Object.entries(answers)) {
    [ask, ...answer.split(' ')].reduce((last, word) => {
      if (last !== '</s>') follow(id(last), id(word));
      return word;
    });
  }
  for (const start of [PAD, START, END]) follow(start, id('hello'));

  const graph = new Graph();
  const width = 4;
  graph.node('Gather', [graph.constant([tokens.length, tokens.length], table), 'input_ids'], { axis: 0 }, 'logits');
  const state = graph.node('Gather', [graph.constant([tokens.length, width], new Float32Array(tokens.length * width).fill(0.1)), 'input_ids'], { axis: 0 });
  const head = graph.node('Unsqueeze', [state, graph.int64([1], [1])]);
  for (const kind of ['key', 'value']) graph.node('Concat', [`past_key_values.0.${kind}`, head], { axis: 2 }, `present.0.${kind}`);
  graph.node('Cast', ['attention_mask'], { to: FLOAT });
  graph.node('Cast', ['position_ids'], { to: FLOAT });
  return files(finish(graph, tokens.length, width), tokens, width, template, context);
}

const WIDTH = 16;
const SIZE = 40;
const TOKENS: readonly string[] = [...SPECIAL, ...Array.from({ length: SIZE - SPECIAL.length }, (_, i) => `w${i}`)];
const words = weights(90, SIZE * WIDTH, 1);
const places = weights(91, CONTEXT * WIDTH, 0.5);
const matrices = { query: weights(92, WIDTH * WIDTH, 0.6), key: weights(93, WIDTH * WIDTH, 0.6), value: weights(94, WIDTH * WIDTH, 0.6), out: weights(95, WIDTH * SIZE, 1) };

/** A decoder whose every token depends on all tokens before it. */
export function attentiveDecoderFiles(): ModelFiles {
  const graph = new Graph();
  const one = graph.int64([1], [1]);
  const row = (table: Float32Array, rows: number, index: string): string => graph.node('Gather', [graph.constant([rows, WIDTH], table), index], { axis: 0 });
  const state = graph.node('Add', [row(words, SIZE, 'input_ids'), row(places, CONTEXT, 'position_ids')]);
  const times = (input: string, matrix: Float32Array, to: number): string => graph.node('MatMul', [input, graph.constant([WIDTH, to], matrix)]);
  const grown = (kind: 'key' | 'value'): string => graph.node('Concat', [`past_key_values.0.${kind}`, graph.node('Unsqueeze', [times(state, matrices[kind], WIDTH), one])], { axis: 2 }, `present.0.${kind}`);
  const [keys, values] = [grown('key'), grown('value')];
  const query = graph.node('Unsqueeze', [times(state, matrices.query, WIDTH), one]);
  const scores = graph.node('Mul', [graph.node('MatMul', [query, graph.node('Transpose', [keys], { perm: [0, 1, 3, 2] })]), graph.constant([], [1 / Math.sqrt(WIDTH)])]);
  // A token sees itself and what came before it: the place of a key may not exceed its own.
  const count = graph.node('Gather', [graph.node('Shape', [keys]), graph.int64([], [2])], { axis: 0 });
  const all = graph.node('Cast', [graph.node('Range', [graph.int64([], [0]), count, graph.int64([], [1])])], { to: FLOAT });
  const own = graph.node('Unsqueeze', [graph.node('Cast', ['position_ids'], { to: FLOAT }), graph.int64([2], [1, 3])]);
  const later = graph.node('Mul', [graph.node('Relu', [graph.node('Sub', [all, own])]), graph.constant([], [-1e6])]);
  const attention = graph.node('Softmax', [graph.node('Add', [scores, later])], { axis: -1 });
  const seen = graph.node('Squeeze', [graph.node('MatMul', [attention, values]), one]);
  graph.node('MatMul', [graph.node('Tanh', [graph.node('Add', [state, seen])]), graph.constant([WIDTH, SIZE], matrices.out)], {}, 'logits');
  graph.node('Cast', ['attention_mask'], { to: FLOAT });
  return files(finish(graph, SIZE, WIDTH), [...TOKENS], WIDTH, '{% for m in messages %}{{ m.content }} {% endfor %}');
}

/** The words the attentive decoder goes on with, greedily, computed from the beginning for every word. */
export function attentiveAnswer(prompt: string, maxTokens: number): { text: string; ended: boolean; tokens: number } {
  const ids = prompt.split(' ').map((word) => Math.max(PAD, TOKENS.indexOf(word)));
  const from = ids.length;
  while (ids.length - from < maxTokens && ids.at(-1) !== END) ids.push(nextToken(ids));
  const answer = ids.slice(from);
  return { text: answer.filter((id) => id > END).map((id) => TOKENS[id]).join(' '), ended: answer.at(-1) === END, tokens: answer.length };
}

function nextToken(ids: readonly number[]): number {
  const at = (table: Float32Array, index: number, i: number, width: number): number => table[index * width + i] as number;
  const states = ids.map((id, place) => Array.from({ length: WIDTH }, (_, i) => at(words, id, i, WIDTH) + at(places, place, i, WIDTH)));
  const times = (vector: readonly number[], matrix: Float32Array, to: number): number[] =>
    Array.from({ length: to }, (_, column) => vector.reduce((sum, x, i) => sum + x * at(matrix, i, column, to), 0));
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
  const last = states.at(-1) as number[];
  const query = times(last, matrices.query, WIDTH);
  const powers = states.map((state) => Math.exp(dot(query, times(state, matrices.key, WIDTH)) / Math.sqrt(WIDTH)));
  const total = powers.reduce((a, b) => a + b, 0);
  const values = states.map((state) => times(state, matrices.value, WIDTH));
  const mixed = last.map((x, i) => Math.tanh(x + powers.reduce((sum, power, j) => sum + power / total * (values[j]?.[i] as number), 0)));
  const logits = times(mixed, matrices.out, SIZE);
  return logits.indexOf(Math.max(...logits));
}

function finish(graph: Graph, size: number, width: number): Uint8Array<ArrayBuffer> {
  const past = (name: string, length: string) => [name, FLOAT, ['batch', 1, length, width]] as const;
  return graph.finish(
    [
      ['input_ids', INT64, ['batch', 'tokens']], ['attention_mask', INT64, ['batch', 'all']], ['position_ids', INT64, ['batch', 'tokens']],
      past('past_key_values.0.key', 'past'), past('past_key_values.0.value', 'past'),
    ],
    [['logits', FLOAT, ['batch', 'tokens', size]], past('present.0.key', 'all'), past('present.0.value', 'all')],
  );
}

function files(model: Uint8Array<ArrayBuffer>, tokens: readonly string[], width: number, template: string | null, context = CONTEXT): ModelFiles {
  const ends = { bos_token_id: START, eos_token_id: END, pad_token_id: PAD };
  return {
    'onnx/model.onnx': model,
    'config.json': JSON.stringify({
      model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_size: width, num_attention_heads: 1, num_key_value_heads: 1,
      num_hidden_layers: 1, head_dim: width, vocab_size: tokens.length, max_position_embeddings: context, ...ends,
    }),
    'generation_config.json': JSON.stringify(ends),
    'tokenizer_config.json': JSON.stringify({
      tokenizer_class: 'PreTrainedTokenizerFast', bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', unk_token: '<pad>', model_max_length: context,
      ...(template === null ? {} : { chat_template: template }),
    }),
    'tokenizer.json': JSON.stringify({
      version: '1.0', truncation: null, padding: null, added_tokens: [PAD, START, END].map((id) => specialToken(id, SPECIAL[id] as string)),
      normalizer: null, pre_tokenizer: { type: 'WhitespaceSplit' }, post_processor: null, decoder: null,
      model: { type: 'WordLevel', unk_token: '<pad>', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])) },
    }),
  };
}
