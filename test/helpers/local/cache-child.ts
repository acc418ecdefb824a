// A process that reads a model into a folder, to be killed or kept short of disk: `node child.mjs <folder> <url>`.
import { LocalModelError } from '../../../src/base/error-classes.ts';
import { ModelCache } from '../../../src/local/index.ts';
import { createFileModelStore } from '../../../src/platform/node/index.ts';

const [, , folder = '', url = ''] = process.argv;
try {
  await ModelCache.create(createFileModelStore(folder)).read(url, { onProgress: ({ loaded }) => process.stdout.write(`${loaded}\n`) });
  process.stdout.write('done\n');
} catch (error) {
  process.stdout.write(`${error instanceof LocalModelError ? error.problem : String(error)}\n`);
}
