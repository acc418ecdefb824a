import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scriptedDecoderFiles } from './onnx/chat-decoder.ts';
import { encoderFiles } from './onnx/encoder.ts';
import { writeFiles } from './onnx/write-files.ts';
import { tinyWhisper } from './tiny-whisper.ts';

/** What the chat model of the demo's tests says to a question that ends with this word. */
export const SAID = { question: 'Where does the heron stand?', quote: 'stands by the lake', invented: 'a crown of gold' } as const;

/** Models for the demo, as its user would put them into a folder; `large` only takes long to fetch. */
export function writeDemoModels(folder: string): string {
  if (existsSync(join(folder, 'finder'))) return folder;
  const answers = { 'stand?': `It "${SAID.quote}" [1] and wears "${SAID.invented}" [1]. </s>` };
  writeFiles(join(folder, 'talker'), scriptedDecoderFiles('{% for m in messages %}{{ m.content }} {% endfor %}', answers, 4_000));
  writeFiles(join(folder, 'finder'), encoderFiles());
  for (const [name, bytes] of [['listener', tinyWhisper()], ['large', new Uint8Array(48 * 2 ** 20)]] as const) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'ggml.bin'), bytes);
  }
  return folder;
}
