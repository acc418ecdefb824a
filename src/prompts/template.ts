import { ValidationError } from '../base/error-classes.ts';
import { ChatMessage } from '../model/index.ts';
import type { Role } from '../spec/message.ts';
import { scanTemplate } from './scan-template.ts';

/** What a placeholder can be replaced with. */
export type PromptValue = string | number | bigint | boolean;

/** Options of a template; all optional. */
export interface PromptTemplateOptions {
  /** Who says it. Default 'user'. */
  readonly role?: Role;
  readonly name?: string;
  readonly version?: string;
  /** For people who choose among templates. */
  readonly description?: string;
}

const ROLES: ReadonlySet<string> = new Set(['system', 'user', 'assistant']);

/**
 * A message with placeholders: `{{name}}` stands for a value. Values are put in as they are and never read as a template
 * again; nothing is evaluated. Braces around anything but a name are text.
 *
 * @example
 * const template = new PromptTemplate('Summarise this {{kind}} in {{style}} style.', { role: 'system' });
 * template.render({ kind: 'article', style: 'concise' }).content; // 'Summarise this article in concise style.'
 */
export class PromptTemplate {
  readonly template: string;
  readonly role: Role;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly description: string | undefined;
  /** Names of the placeholders, each once, in the order of the text. */
  readonly variables: readonly string[];
  /** Text, name, text, name … text. */
  readonly #pieces: readonly string[];

  /** @throws ValidationError for another role than system, user and assistant. */
  constructor(template: string, { role = 'user', name, version, description }: PromptTemplateOptions = {}) {
    if (typeof template !== 'string') throw new ValidationError('Cannot make a prompt template: it is no text', { path: 'template' });
    if (!ROLES.has(role)) throw new ValidationError(`Cannot make a prompt template: the role '${role}' is none of system, user and assistant`, { path: 'role' });
    this.template = template;
    this.role = role;
    this.name = name;
    this.version = version;
    this.description = description;
    this.#pieces = scanTemplate(template);
    this.variables = [...new Set(this.#pieces.filter((_piece, i) => i % 2 === 1))];
  }

  /**
   * The message with every placeholder replaced; values that no placeholder asks for are ignored.
   *
   * @throws ValidationError naming the placeholders without a value, or a value that is none of text, number and boolean.
   */
  render(values: Readonly<Record<string, PromptValue>> = {}): ChatMessage {
    const missing = this.variables.filter((name) => !Object.hasOwn(values, name) || values[name] === undefined || values[name] === null);
    const of = this.name === undefined ? '' : ` '${this.name}'`;
    if (missing.length > 0) throw new ValidationError(`Cannot render prompt${of}: ${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} no value`, { path: missing[0] as string });
    const wrong = this.variables.find((name) => !['string', 'number', 'bigint', 'boolean'].includes(typeof values[name]));
    if (wrong !== undefined) throw new ValidationError(`Cannot render prompt${of}: ${wrong} is no text, number or boolean. Write it as text first`, { path: wrong });
    const content = this.#pieces.map((piece, i) => (i % 2 === 0 ? piece : String(values[piece]))).join('');
    return new ChatMessage({ role: this.role, content });
  }

  /** The form that a prompt file has. */
  toJSON(): { template: string; role: string; name?: string; version?: string; description?: string } {
    const { template, role, name, version, description } = this;
    return { ...(name === undefined ? {} : { name }), ...(version === undefined ? {} : { version }), role, ...(description === undefined ? {} : { description }), template };
  }
}
