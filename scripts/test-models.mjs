// Writes the small models that the tests and examples run, one directory each: `node scripts/test-models.mjs [directory]`.
// Their weights are made up from a seed. They prove that a runtime was fetched and computed, and know nothing.
import { build } from 'esbuild';
import { resolve } from 'node:path';

const helpers = new URL('../test/helpers/onnx/', import.meta.url).pathname;

/** Writes all of them and gives the directory. */
export async function writeTestModels(directory = '.cache/models') {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { writeFiles } from './write-files.ts';
        import { decoderFiles } from './decoder.ts';
        import { scriptedDecoderFiles } from './chat-decoder.ts';
        import { crossEncoderFiles } from './cross-encoder.ts';
        import { encoderFiles } from './encoder.ts';
        import { speechFiles } from './speech.ts';
        export const models = { 'tiny-encoder': encoderFiles, 'tiny-cross-encoder': crossEncoderFiles, 'tiny-decoder': decoderFiles, 'tiny-chat': scriptedDecoderFiles, 'tiny-speech': speechFiles };
      `,
      resolveDir: helpers,
    },
    bundle: true, format: 'esm', platform: 'node', write: false,
  });
  const { models, writeFiles } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`);
  for (const [name, files] of Object.entries(models)) writeFiles(resolve(directory, name), files());
  return resolve(directory);
}

if (import.meta.url === `file://${process.argv[1]}`) console.log(await writeTestModels(process.argv[2]));
