import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { ModelEntry } from './src/models/models.ts';

/** Puts the models of a folder beside the built page, with a list of them and of what their bytes must be; without a folder the list is empty. */
export function models(folder: string | undefined): Plugin {
  let target = '';
  return {
    name: 'models',
    apply: 'build',
    configResolved(config) {
      target = join(config.build.outDir, 'models');
    },
    closeBundle() {
      rmSync(target, { recursive: true, force: true });
      const entries = folder === undefined || !existsSync(folder) ? [] : readEntries(folder);
      for (const { id } of entries) cpSync(join(folder as string, id), join(target, id), { recursive: true });
      writeFileSync(`${target}.json`, JSON.stringify(entries));
    },
  };
}

/** A directory with a `.bin` file is a speech model of whisper.cpp; one with `onnx/` searches by meaning when its architecture is a bare encoder, and chats else. */
function readEntries(folder: string): ModelEntry[] {
  return readdirSync(folder).filter((id) => statSync(join(folder, id)).isDirectory()).flatMap((id): ModelEntry[] => {
    const files = readdirSync(join(folder, id), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: path.slice(join(folder, id).length + 1).replaceAll('\\', '/'), bytes: statSync(path).size, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') };
    }).sort((a, b) => a.path.localeCompare(b.path));
    const kind = files.some(({ path }) => path.startsWith('onnx/')) ? onnxKind(join(folder, id)) : files.some(({ path }) => path.endsWith('.bin')) ? 'speech' : null;
    return kind === null ? [] : [{ id, kind, files }];
  });
}

/** `BertModel` gives what texts mean, `LlamaForCausalLM` words. */
function onnxKind(directory: string): 'chat' | 'search' {
  const { architectures = [] } = JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8')) as { architectures?: readonly string[] };
  return architectures[0]?.endsWith('Model') ? 'search' : 'chat';
}
