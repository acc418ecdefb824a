import { ValidationError } from '../base/error-classes.ts';
import { parseJson } from '../base/json-codec.ts';
import { asString, isRecord } from '../base/json.ts';
import type { ChatMessage } from '../model/index.ts';
import type { Role } from '../spec/message.ts';
import { PromptTemplate, type PromptValue } from './template.ts';

/** Version of a template that was registered without one. */
const FIRST = '1';

/**
 * Templates by name, each in one or more versions. Without a version, the newest registered counts.
 *
 * @example
 * const prompts = new PromptRegistry();
 * prompts.register('translator', new PromptTemplate('Translate this into {{lang}}.', { role: 'system', version: '2' }));
 * prompts.render('translator', { lang: 'Dutch' }, { version: '2' });
 */
export class PromptRegistry {
  readonly #byName = new Map<string, Map<string, PromptTemplate>>();

  /**
   * Add a template under a name and its own version ('1' without one).
   *
   * @throws ValidationError when that version is there already with another text.
   */
  register(name: string, template: PromptTemplate): this {
    const { version = FIRST } = template;
    const versions = this.#byName.get(name) ?? new Map<string, PromptTemplate>();
    const before = versions.get(version);
    if (before !== undefined && (before.template !== template.template || before.role !== template.role)) {
      throw new ValidationError(`Cannot register prompt '${name}': version ${version} is there already, with another text`, { path: name });
    }
    versions.delete(version);
    this.#byName.set(name, versions.set(version, template));
    return this;
  }

  /** A template; without a version the newest registered. @throws ValidationError naming what there is. */
  get(name: string, version?: string): PromptTemplate {
    const versions = this.#byName.get(name);
    if (versions === undefined) throw new ValidationError(`No prompt is called '${name}'; there are: ${this.names.join(', ') || 'none'}`, { path: name });
    const template = version === undefined ? [...versions.values()].at(-1) : versions.get(version);
    if (template === undefined) throw new ValidationError(`Prompt '${name}' has no version ${version}; there are: ${[...versions.keys()].join(', ')}`, { path: name });
    return template;
  }

  /** A template's message. @throws what `get` and `PromptTemplate.render` throw. */
  render(name: string, values: Readonly<Record<string, PromptValue>> = {}, { version }: { readonly version?: string } = {}): ChatMessage {
    return this.get(name, version).render(values);
  }

  /** Names, in the order of registration. */
  get names(): readonly string[] { return [...this.#byName.keys()]; }

  /** Versions of a template, oldest registration first; none for an unknown name. */
  versions(name: string): readonly string[] { return [...this.#byName.get(name)?.keys() ?? []]; }

  /** The form that a prompt file has: a list of templates. */
  toJSON(): ReturnType<PromptTemplate['toJSON']>[] {
    return [...this.#byName].flatMap(([name, versions]) => [...versions].map(([version, template]) => ({ ...template.toJSON(), name, version })));
  }

  /**
   * Add what a prompt file says: one template `{ name, version?, role?, description?, template }`, a list of them, or a list
   * under `prompts`. Everything is added, or nothing.
   *
   * @param source JSON text, or what was read from JSON or YAML.
   * @throws ValidationError naming the entry and the field; SerializationError for text that is not JSON.
   */
  add(source: unknown): this {
    const value = typeof source === 'string' ? parseJson(source) : source;
    const list = isRecord(value) && Array.isArray(value['prompts']) ? value['prompts'] as unknown[] : Array.isArray(value) ? value as unknown[] : [value];
    const read = list.map(readEntry);
    const trial = new PromptRegistry();
    for (const [name, versions] of this.#byName) for (const template of versions.values()) trial.register(name, template);
    for (const [name, template] of read) trial.register(name, template);
    for (const [name, template] of read) this.register(name, template);
    return this;
  }
}

function readEntry(entry: unknown, index: number): [name: string, template: PromptTemplate] {
  const fail = (what: string, field: string): never => {
    throw new ValidationError(`Cannot read prompt ${index + 1} of the file: ${what}`, { path: `${index}.${field}` });
  };
  if (!isRecord(entry)) return fail('it is no object', '');
  const { name, version, role, description, template } = entry;
  if (typeof name !== 'string' || name === '') return fail("it has no 'name'", 'name');
  if (typeof template !== 'string') return fail(`'${name}' has no 'template'`, 'template');
  if (version !== undefined && typeof version !== 'string' && typeof version !== 'number') return fail(`the version of '${name}' is no text`, 'version');
  if (role !== undefined && typeof role !== 'string') return fail(`the role of '${name}' is no text`, 'role');
  const text = asString(description);
  return [name, new PromptTemplate(template, {
    name, ...(role === undefined ? {} : { role: role as Role }), ...(version === undefined ? {} : { version: String(version) }), ...(text === undefined ? {} : { description: text }),
  })];
}
