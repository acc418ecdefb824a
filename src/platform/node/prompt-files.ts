import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { SerializationError, ValidationError } from '../../base/error-classes.ts';
import { PromptRegistry as CoreRegistry } from '../../prompts/index.ts';
import { parsePromptYaml } from '../../prompts/yaml/index.ts';

const YAML = new Set(['.yaml', '.yml']);

/** `PromptRegistry` of `blazen-ts/prompts` that also reads files. Reading is synchronous, as in the reference. */
export class PromptRegistry extends CoreRegistry {
  /**
   * A registry of one .yaml, .yml or .json file.
   *
   * @throws ValidationError naming the file when it cannot be read or says something else than prompts.
   */
  static fromFile(path: string): PromptRegistry { return new PromptRegistry().#addFile(path); }

  /**
   * A registry of all .yaml, .yml and .json files of a directory, in the order of their names.
   *
   * @throws ValidationError naming the directory or the file.
   */
  static fromDir(path: string): PromptRegistry {
    const registry = new PromptRegistry();
    for (const name of attempt(path, () => readdirSync(path)).sort()) if (YAML.has(extname(name)) || extname(name) === '.json') registry.#addFile(join(path, name));
    return registry;
  }

  #addFile(path: string): this {
    return attempt(path, () => {
      const text = readFileSync(path, 'utf8');
      return this.add(YAML.has(extname(path)) ? parsePromptYaml(text) : text);
    });
  }
}

function attempt<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof ValidationError || cause instanceof SerializationError ? cause.message : `it cannot be read (${(cause as { code?: string }).code ?? 'unknown reason'})`;
    throw new ValidationError(`Cannot load prompts from ${path}: ${why}`, { cause, path });
  }
}
