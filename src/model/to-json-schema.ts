import { UnsupportedError } from '../base/error-classes.ts';
import { isRecord } from '../base/json.ts';
import { validate, type StandardSchema } from '../base/standard-schema.ts';
import type { JsonSchema } from '../spec/json-schema.ts';

/** A Standard Schema (zod, valibot, arktype …) or a JSON Schema. */
export type AnySchema<Output = unknown> = StandardSchema<unknown, Output> | JsonSchema;

/** The type a schema gives; unknown for a JSON Schema. */
export type OutputOf<Schema> = Schema extends StandardSchema<infer _Input, infer Output> ? Output : unknown;

function isStandard(schema: AnySchema): schema is StandardSchema {
  return '~standard' in schema;
}

/**
 * The JSON Schema of what a schema accepts.
 *
 * @throws UnsupportedError when its library gives none (Standard JSON Schema; zod does from 4.2 on).
 */
export function toJsonSchema(schema: AnySchema): JsonSchema {
  if (!isStandard(schema)) return schema;
  const { vendor, jsonSchema } = schema['~standard'] as { vendor: string; jsonSchema?: { input?: (options: { target: string }) => unknown } };
  const result = jsonSchema?.input?.({ target: 'draft-2020-12' });
  if (!isRecord(result)) throw new UnsupportedError(`unsupported: schemas of ${vendor} give no JSON Schema. Pass a JSON Schema, or a library version that does`);
  const { $schema: _version, ...rest } = result;
  return rest;
}

/** The value as the schema gives it; a JSON Schema is the provider's to enforce. @throws ValidationError listing every issue. */
export async function applySchema<Output>(schema: AnySchema<Output>, value: unknown, what: string): Promise<Output> {
  return isStandard(schema) ? validate(schema, value, what) : value as Output;
}
