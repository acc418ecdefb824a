import { ValidationError } from './error-classes.ts';

/** The Standard Schema v1 interface (https://standardschema.dev): zod, valibot, arktype and others implement it. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a Standard Schema's `validate` returns. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One complaint of a schema. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The value a schema accepts. */
export type SchemaInput<S> = S extends StandardSchema<infer Input, unknown> ? Input : never;
/** The value a schema gives. */
export type SchemaOutput<S> = S extends StandardSchema<never, infer Output> | StandardSchema<infer _, infer Output> ? Output : never;

/**
 * Validate with a schema that answers at once.
 *
 * @param what names the value in the error ("input of workflow 'rag'").
 * @throws ValidationError listing every issue with its path; also when the schema is asynchronous.
 */
export function validateSync<Output>(schema: StandardSchema<unknown, Output>, value: unknown, what: string): Output {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new ValidationError(`Cannot check ${what}: its schema is asynchronous. Use a synchronous schema here`);
  return unwrap(result, what);
}

/**
 * Validate with any schema.
 *
 * @throws ValidationError listing every issue with its path.
 */
export async function validate<Output>(schema: StandardSchema<unknown, Output>, value: unknown, what: string): Promise<Output> {
  return unwrap(await schema['~standard'].validate(value), what);
}

function unwrap<Output>(result: StandardResult<Output>, what: string): Output {
  if (result.issues === undefined) return result.value;
  const list = result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
  const text = list.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ');
  throw new ValidationError(`Invalid ${what}: ${text}`, { path: list[0]?.path ?? '' });
}

function pathOf(issue: StandardIssue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
