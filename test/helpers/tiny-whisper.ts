// A whisper.cpp model (ggml, fp16) of one layer that says one sentence to any recording: it runs the real path from samples
// over mel bands, encoder and decoder to text, and recognizes nothing. Layout: whisper.cpp, `whisper_model_load`.

/** What the model hears in any recording. */
export const WHISPER_SENTENCE = 'hello from a self made model';

const STATE = 64, AUDIO_CONTEXT = 100, TEXT_CONTEXT = 448, VOCABULARY = 51_865, WORDS = 50_257, END_OF_TEXT = 50_257;
const MEL_BANDS = 80, MEL_BINS = 201, FLOAT = 0, HALF = 1;
/** The decoder is asked after three tokens: start, language, task. */
const PROMPT = 2;

/** The bytes of the model, about 8 MB. */
export function tinyWhisper(): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const ints = (...values: number[]): void => void parts.push(new Uint8Array(Int32Array.from(values).buffer));
  const text = (value: string): void => void parts.push(new TextEncoder().encode(value));
  const floats = (length: number, fill = 0): Uint8Array => new Uint8Array(new Float32Array(length).fill(fill).buffer);

  ints(0x67676d6c, VOCABULARY, AUDIO_CONTEXT, STATE, 1, 1, TEXT_CONTEXT, STATE, 1, 1, MEL_BANDS, HALF);
  ints(MEL_BANDS, MEL_BINS);
  const filters = new Float32Array(MEL_BANDS * MEL_BINS);
  for (let band = 0; band < MEL_BANDS; band++) filters[band * MEL_BINS + band * 2] = 0.01;
  parts.push(new Uint8Array(filters.buffer));

  const spoken = WHISPER_SENTENCE.split(' ').map((word) => ` ${word}`);
  // Tokens the decoder looks up by their text, which must be there.
  const words = new Map<number, string>([[10, ' -'], [11, " '"], [12, ' '], ...spoken.map((word, i) => [100 + i, word] as const)]);
  ints(WORDS);
  for (let i = 0; i < WORDS; i++) {
    const word = new TextEncoder().encode(words.get(i) ?? `w${i.toString(36)}_`);
    ints(word.length);
    parts.push(word);
  }

  const tensor = (name: string, shape: number[], type: typeof FLOAT | typeof HALF, data?: Uint8Array): void => {
    const length = shape.reduce((product, size) => product * size, 1);
    ints(shape.length, name.length, type, ...shape);
    text(name);
    parts.push(data ?? new Uint8Array(length * (type === HALF ? 2 : 4)));
  };
  const layerNorm = (name: string): void => {
    tensor(`${name}.weight`, [STATE], FLOAT, floats(STATE, 1));
    tensor(`${name}.bias`, [STATE], FLOAT);
  };

  tensor('encoder.positional_embedding', [STATE, AUDIO_CONTEXT], FLOAT);
  tensor('encoder.conv1.weight', [3, MEL_BANDS, STATE], HALF);
  tensor('encoder.conv1.bias', [1, STATE], FLOAT);
  tensor('encoder.conv2.weight', [3, STATE, STATE], HALF);
  tensor('encoder.conv2.bias', [1, STATE], FLOAT);
  tensor('encoder.ln_post.weight', [STATE], FLOAT);
  tensor('encoder.ln_post.bias', [STATE], FLOAT);

  // The position decides the next token: each one's embedding points along an axis of its own, and so does the position's.
  const tokens = [...spoken.map((_, i) => 100 + i), END_OF_TEXT];
  const positions = new Float32Array(TEXT_CONTEXT * STATE);
  for (let position = 0; position < TEXT_CONTEXT; position++) {
    const next = Math.min(Math.max(position - PROMPT, 0), tokens.length - 1);
    positions[position * STATE + next] = 200;
  }
  const embeddings = new Uint16Array(VOCABULARY * STATE);
  tokens.forEach((token, axis) => { embeddings[token * STATE + axis] = 0x4800; /* 8 */ });
  tensor('decoder.positional_embedding', [STATE, TEXT_CONTEXT], FLOAT, new Uint8Array(positions.buffer));
  tensor('decoder.token_embedding.weight', [STATE, VOCABULARY], HALF, new Uint8Array(embeddings.buffer));
  layerNorm('decoder.ln');

  for (const side of ['encoder', 'decoder']) {
    const block = `${side}.blocks.0`;
    layerNorm(`${block}.mlp_ln`);
    tensor(`${block}.mlp.0.weight`, [STATE, 4 * STATE], HALF);
    tensor(`${block}.mlp.0.bias`, [4 * STATE], FLOAT);
    tensor(`${block}.mlp.2.weight`, [4 * STATE, STATE], HALF);
    tensor(`${block}.mlp.2.bias`, [STATE], FLOAT);
    for (const attention of side === 'decoder' ? ['attn', 'cross_attn'] : ['attn']) {
      layerNorm(`${block}.${attention}_ln`);
      for (const part of ['query', 'key', 'value', 'out']) {
        tensor(`${block}.${attention}.${part}.weight`, [STATE, STATE], HALF);
        if (part !== 'key') tensor(`${block}.${attention}.${part}.bias`, [STATE], FLOAT);
      }
    }
  }

  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
