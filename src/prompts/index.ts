/**
 * Prompts kept apart from code: templates with placeholders, in versions, from JSON; `blazen-ts/prompts/yaml` reads YAML.
 *
 * @module
 */
export { bulletList, keyValues, quoted, section } from './format.ts';
export { PromptRegistry } from './registry.ts';
export { PromptTemplate, type PromptTemplateOptions, type PromptValue } from './template.ts';
