import { FLOAT, Graph, INT64 } from './graph.ts';
import { type ModelFiles, specialToken } from './model-files.ts';

const TOKENS = ['<pad>', '<s>', '</s>', 'hello', 'world', 'from', 'a', 'tiny', 'local', 'model', '.'];
const WIDTH = 4;

/** What the model goes on to say after any word it does not know, or after 'hello'. */
export const DECODER_SENTENCE = 'hello world from a tiny local model .';

/**
 * A text generation model of one table: the next word by the last one, until the end mark. Llama-shaped: it takes and gives
 * keys and values of the past, which grow by one place per token as in a real model.
 */
export function decoderFiles(): ModelFiles {
  const size = TOKENS.length;
  const chain = [...DECODER_SENTENCE.split(' ').map((word) => TOKENS.indexOf(word)), 2];
  const table = new Float32Array(size * size).fill(-5);
  chain.slice(1).forEach((next, i) => { table[(chain[i] as number) * size + next] = 5; });
  for (const start of [0, 1, 2]) table[start * size + 3] = 5;

  const graph = new Graph();
  graph.node('Gather', [graph.constant([size, size], table), 'input_ids'], { axis: 0 }, 'logits');
  const state = graph.node('Gather', [graph.constant([size, WIDTH], new Float32Array(size * WIDTH).fill(0.1)), 'input_ids'], { axis: 0 });
  const head = graph.node('Unsqueeze', [state, graph.int64([1], [1])]);
  for (const kind of ['key', 'value']) graph.node('Concat', [`past_key_values.0.${kind}`, head], { axis: 2 }, `present.0.${kind}`);
  // Inputs that nothing uses would be dropped.
  graph.node('Cast', ['attention_mask'], { to: FLOAT });
  graph.node('Cast', ['position_ids'], { to: FLOAT });
  const past = (name: string, places: string) => [name, FLOAT, ['batch', 1, places, WIDTH]] as const;
  const model = graph.finish(
    [
      ['input_ids', INT64, ['batch', 'tokens']], ['attention_mask', INT64, ['batch', 'all']], ['position_ids', INT64, ['batch', 'tokens']],
      past('past_key_values.0.key', 'past'), past('past_key_values.0.value', 'past'),
    ],
    [['logits', FLOAT, ['batch', 'tokens', size]], past('present.0.key', 'all'), past('present.0.value', 'all')],
  );

  const ends = { bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 };
  return {
    'onnx/model.onnx': model,
    'config.json': JSON.stringify({
      model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_size: WIDTH, num_attention_heads: 1, num_key_value_heads: 1,
      num_hidden_layers: 1, head_dim: WIDTH, vocab_size: size, max_position_embeddings: 128, ...ends,
    }),
    'generation_config.json': JSON.stringify(ends),
    'tokenizer_config.json': JSON.stringify({
      tokenizer_class: 'PreTrainedTokenizerFast', bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', unk_token: '<pad>', model_max_length: 128,
      chat_template: '{% for m in messages %}{{ m.content }} {% endfor %}',
    }),
    'tokenizer.json': JSON.stringify({
      version: '1.0', truncation: null, padding: null, added_tokens: [0, 1, 2].map((id) => specialToken(id, TOKENS[id] as string)),
      normalizer: null, pre_tokenizer: { type: 'WhitespaceSplit' }, post_processor: null, decoder: null,
      model: { type: 'WordLevel', unk_token: '<pad>', vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])) },
    }),
  };
}
