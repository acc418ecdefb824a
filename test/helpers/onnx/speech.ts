import { BOOL, FLOAT, Graph, INT64 } from './graph.ts';
import { type ModelFiles, specialToken } from './model-files.ts';

const TOKENS = [
  'Ġhello', 'Ġfrom', 'Ġa', 'Ġhand', 'Ġmade', 'Ġwhisper', '.', '<|endoftext|>', '<|startoftranscript|>', '<|en|>', '<|transcribe|>',
  '<|translate|>', '<|startofprev|>', '<|nospeech|>', '<|notimestamps|>',
];
const WIDTH = 4;
const [END, START, ENGLISH, TRANSCRIBE, TRANSLATE, NO_TIMESTAMPS] = [7, 8, 9, 10, 11, 14];

/** What the model hears in any recording. */
export const SPEECH_SENTENCE = ' hello from a hand made whisper.';

/**
 * A speech recognition model, whisper-shaped for transformers.js: an encoder over 30 seconds of 80 mel bands, and a decoder
 * whose next token is a table of the last one. It runs the path; it recognizes nothing.
 */
export function speechFiles(): ModelFiles {
  return {
    'onnx/encoder_model.onnx': encoder(),
    'onnx/decoder_model_merged.onnx': decoder(),
    'config.json': JSON.stringify({
      model_type: 'whisper', architectures: ['WhisperForConditionalGeneration'], d_model: WIDTH, encoder_attention_heads: 1,
      decoder_attention_heads: 1, encoder_layers: 1, decoder_layers: 1, num_mel_bins: 80, vocab_size: TOKENS.length, max_source_positions: 1500,
      max_target_positions: 64, decoder_start_token_id: START, eos_token_id: END, bos_token_id: END, pad_token_id: END, is_encoder_decoder: true,
    }),
    'generation_config.json': JSON.stringify({
      decoder_start_token_id: START, eos_token_id: END, bos_token_id: END, pad_token_id: END, is_multilingual: true, lang_to_id: { '<|en|>': ENGLISH },
      task_to_id: { transcribe: TRANSCRIBE, translate: TRANSLATE }, no_timestamps_token_id: NO_TIMESTAMPS, max_length: 64, return_timestamps: false,
    }),
    'preprocessor_config.json': JSON.stringify({
      feature_extractor_type: 'WhisperFeatureExtractor', processor_class: 'WhisperProcessor', feature_size: 80, sampling_rate: 16_000, hop_length: 160,
      chunk_length: 30, n_fft: 400, n_samples: 480_000, nb_max_frames: 3000, padding_value: 0, padding_side: 'right', return_attention_mask: false,
    }),
    'tokenizer_config.json': JSON.stringify({
      tokenizer_class: 'WhisperTokenizer', bos_token: '<|endoftext|>', eos_token: '<|endoftext|>', unk_token: '<|endoftext|>',
      pad_token: '<|endoftext|>', model_max_length: 64,
    }),
    'tokenizer.json': JSON.stringify({
      version: '1.0', truncation: null, padding: null, added_tokens: TOKENS.map((token, id) => specialToken(id, token)).slice(END), normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }, post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false,
        vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])), merges: [],
      },
    }),
  };
}

/** The mean of the bands, two frames at a time, spread over the width. */
function encoder(): Uint8Array<ArrayBuffer> {
  const graph = new Graph();
  const mean = graph.node('ReduceMean', ['input_features'], { axes: [1], keepdims: 0 });
  const spread = graph.node('MatMul', [graph.node('Unsqueeze', [mean, graph.int64([1], [2])]), graph.constant([1, WIDTH], [0.1, 0.2, 0.3, 0.4])]);
  const [from, to, axis, step] = [0, 3000, 1, 2].map((value) => graph.int64([1], [value])) as [string, string, string, string];
  graph.node('Slice', [spread, from, to, axis, step], {}, 'last_hidden_state');
  return graph.finish([['input_features', FLOAT, ['batch', 80, 3000]]], [['last_hidden_state', FLOAT, ['batch', 'frames', WIDTH]]]);
}

function decoder(): Uint8Array<ArrayBuffer> {
  const size = TOKENS.length;
  const table = new Float32Array(size * size).fill(-5);
  for (let i = 0; i < END; i++) table[i * size + i + 1] = 5;
  for (const start of [START, ENGLISH, TRANSCRIBE, NO_TIMESTAMPS]) table[start * size] = 5;

  const graph = new Graph();
  const next = graph.node('Gather', [graph.constant([size, size], table), 'input_ids'], { axis: 0 });
  // The states of the encoder count for nothing, but have to have been computed.
  const nothing = graph.node('Mul', [graph.node('ReduceMean', ['encoder_hidden_states'], { keepdims: 0 }), graph.constant([], [0])]);
  graph.node('Add', [next, nothing], {}, 'logits');
  graph.node('Cast', ['use_cache_branch'], { to: FLOAT });
  const axis = graph.int64([1], [1]);
  const state = graph.node('Gather', [graph.constant([size, WIDTH], new Float32Array(size * WIDTH).fill(0.1)), 'input_ids'], { axis: 0 });
  const head = graph.node('Unsqueeze', [state, axis]);
  const seen = graph.node('Unsqueeze', ['encoder_hidden_states', axis]);
  for (const kind of ['key', 'value']) {
    graph.node('Concat', [`past_key_values.0.decoder.${kind}`, head], { axis: 2 }, `present.0.decoder.${kind}`);
    graph.node('Identity', [seen], {}, `present.0.encoder.${kind}`);
  }
  const kinds = ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'];
  const cache = (prefix: string) => kinds.map((kind) => [`${prefix}.0.${kind}`, FLOAT, ['batch', 1, `${prefix} ${kind}`, WIDTH]] as const);
  return graph.finish(
    [['input_ids', INT64, ['batch', 'tokens']], ['encoder_hidden_states', FLOAT, ['batch', 'frames', WIDTH]], ...cache('past_key_values'), ['use_cache_branch', BOOL, [1]]],
    [['logits', FLOAT, ['batch', 'tokens', size]], ...cache('present')],
  );
}
