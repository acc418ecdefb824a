/**
 * Prompt files in YAML.
 *
 * @module
 */
export { parsePromptYaml } from './parse-yaml.ts';
