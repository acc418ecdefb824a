import type { PromptValue } from './template.ts';

/** A heading and its text, `## title` and a blank line before what follows; '' when the text is empty. */
export function section(title: string, text: string): string {
  return text.trim() === '' ? '' : `## ${title}\n${text.trim()}\n\n`;
}

/** One item a line, each after `- `; further lines of an item are indented. */
export function bulletList(items: Iterable<PromptValue>): string {
  return [...items].map((item) => `- ${String(item).replaceAll('\n', '\n  ')}`).join('\n');
}

/** One `key: value` a line; undefined and null are left out. */
export function keyValues(values: Readonly<Record<string, PromptValue | null | undefined>>): string {
  return Object.entries(values).filter(([, value]) => value !== undefined && value !== null).map(([key, value]) => `${key}: ${String(value)}`).join('\n');
}

/**
 * Foreign text between tags `<tag>` and `</tag>`, so that a model can tell it from instructions. A closing tag inside is
 * taken apart: the text cannot end its own frame.
 */
export function quoted(tag: string, text: string): string {
  return `<${tag}>\n${text.replaceAll(`</${tag}`, `< /${tag}`)}\n</${tag}>`;
}
