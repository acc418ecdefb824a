import { isRecord } from '../base/json.ts';
import type { JsonSchema } from '../spec/json-schema.ts';

const MAX_DEPTH = 64;

/**
 * What is wrong with a value by a JSON Schema; empty when nothing is.
 *
 * Knows type, enum, const, properties, required, additionalProperties, items, length and number bounds, pattern-free
 * combinations (anyOf, oneOf, allOf) and local $ref; other keywords pass.
 */
export function checkJsonSchema(schema: JsonSchema | boolean, value: unknown, path: string = '', root?: JsonSchema, depth: number = 0): string[] {
  if (schema === true) return [];
  if (schema === false) return [`${path || 'value'}: nothing is allowed here`];
  const top = root ?? schema;
  const at = path || 'value';
  if (depth > MAX_DEPTH) return [`${at}: nested too deep`];
  const inner = (part: JsonSchema | boolean, item: unknown, where: string): string[] => checkJsonSchema(part, item, where, top, depth + 1);
  if (typeof schema['$ref'] === 'string') return inner(resolve(schema['$ref'], top), value, path);
  const problems: string[] = [];
  if (schema.type !== undefined && !([schema.type].flat()).some((type) => hasType(type, value))) {
    return [`${at}: expected ${[schema.type].flat().join(' or ')}`];
  }
  if (schema.enum && !schema.enum.some((one) => same(one, value))) problems.push(`${at}: expected one of ${JSON.stringify(schema.enum)}`);
  if ('const' in schema && !same(schema.const, value)) problems.push(`${at}: expected ${JSON.stringify(schema.const)}`);
  if (typeof value === 'number') problems.push(...outside(at, value, schema['minimum'], schema['maximum'], 'number'));
  if (typeof value === 'string') problems.push(...outside(at, value.length, schema['minLength'], schema['maxLength'], 'length'));
  if (Array.isArray(value)) {
    problems.push(...outside(at, value.length, schema['minItems'], schema['maxItems'], 'number of items'));
    if (schema.items !== undefined) problems.push(...value.flatMap((item, i) => inner(schema.items as JsonSchema, item, `${path}[${i}]`)));
  }
  if (isRecord(value)) {
    const properties = schema.properties ?? {};
    for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) problems.push(`${join(path, name)}: is missing`);
    for (const [name, item] of Object.entries(value)) {
      const rule = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
      if (rule === false) problems.push(`${join(path, name)}: is not known`);
      else if (rule !== undefined) problems.push(...inner(rule, item, join(path, name)));
    }
  }
  for (const part of schema.allOf ?? []) problems.push(...inner(part, value, path));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && !choices.some((choice) => inner(choice, value, path).length === 0)) problems.push(`${at}: fits none of the allowed forms`);
  return problems;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function hasType(type: string, value: unknown): boolean {
  switch (type) {
    case 'object': return isRecord(value);
    case 'array': return Array.isArray(value);
    case 'integer': return Number.isInteger(value);
    case 'null': return value === null;
    case 'number': case 'string': case 'boolean': return typeof value === type;
    default: return true;
  }
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function outside(at: string, size: number, least: unknown, most: unknown, what: string): string[] {
  if (typeof least === 'number' && size < least) return [`${at}: ${what} must be at least ${least}`];
  return typeof most === 'number' && size > most ? [`${at}: ${what} must be at most ${most}`] : [];
}

function resolve(ref: string, root: JsonSchema): JsonSchema | boolean {
  if (!ref.startsWith('#')) return true;
  let found: unknown = root;
  for (const step of ref.slice(1).split('/').filter(Boolean)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    found = isRecord(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return isRecord(found) ? found : true;
}
