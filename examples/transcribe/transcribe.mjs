// What is said in a recording, on this machine: node examples/transcribe/transcribe.mjs ggml-tiny.bin recording.wav [language]
// Models: ggml files of whisper.cpp. Recordings: WAV.
import { readFile } from 'node:fs/promises';
import { whisper } from 'blazen-ts/local/transcription';
import { whisperThreads } from 'blazen-ts/node';

const [model, recording, language] = process.argv.slice(2);
if (model === undefined || recording === undefined) {
  console.error('Usage: node transcribe.mjs MODEL.bin RECORDING.wav [language]');
  process.exit(2);
}

const files = { read: async (/** @type {string} */ path) => new Uint8Array(await readFile(path)) };
const speech = await whisper({ model, files, lib: whisperThreads }).load();
const result = await speech.transcribe({
  audio: await readFile(recording),
  ...(language === undefined ? {} : { language }),
  onSegment: ({ start, end, text }) => console.log(`${start.toFixed(1)}-${end.toFixed(1)} ${text}`),
});
console.log(`language: ${result.language}`);
await speech.dispose();
