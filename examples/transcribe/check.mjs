// Runs the program on a recording of a tone with a model that is written here and says one sentence to everything.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { runCommand } from '../../scripts/run-command.mjs';

const folder = mkdtempSync(join(tmpdir(), 'transcribe-'));
try {
  const helpers = join(folder, 'helpers.mjs');
  const contents = "export * from './tiny-whisper.ts'; export * from './make-wav.ts';";
  await build({ stdin: { contents, resolveDir: fileURLToPath(new URL('../../test/helpers', import.meta.url)) }, bundle: true, format: 'esm', outfile: helpers });
  const { makeWav, tinyWhisper, tone, WHISPER_SENTENCE } = await import(pathToFileURL(helpers).href);
  writeFileSync(join(folder, 'model.bin'), tinyWhisper());
  writeFileSync(join(folder, 'tone.wav'), makeWav([tone(2, 440, 44_100)], 44_100));
  const output = await runCommand(process.execPath, [fileURLToPath(new URL('transcribe.mjs', import.meta.url)), join(folder, 'model.bin'), join(folder, 'tone.wav'), 'en'], {});
  if (output.trim() !== `0.0-2.0 ${WHISPER_SENTENCE}\nlanguage: en`) throw new Error(`The program says:\n${output}`);
  console.log(output.trim().split('\n')[0]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
