import { type SchemaInput, type StandardSchema, validateSync } from '../base/standard-schema.ts';
import { Workflow, type WorkflowOptions } from './workflow.ts';

/**
 * Define a typed workflow. With an `input` schema (zod or any other Standard Schema), the input of `run` is typed and
 * checked by it; what the steps see as `StartEvent` is what the schema gives.
 *
 * @example
 * const rag = defineWorkflow('rag', { input: z.object({ question: z.string() }) })
 *   .step('answer', [StartEvent], (event) => stop(event.question.length));
 */
export function defineWorkflow<S extends StandardSchema = StandardSchema<object | undefined>>(
  name: string, { input, ...options }: Omit<WorkflowOptions, 'parseInput'> & { readonly input?: S } = {},
): Workflow<SchemaInput<S>, never, never> {
  return new Workflow<SchemaInput<S>, never, never>(name, { ...options, ...inputParser(name, input) });
}

/** @internal The option that checks a run's input by a schema. */
export function inputParser<S extends StandardSchema>(name: string, schema: S | undefined): Pick<WorkflowOptions<SchemaInput<S>>, 'parseInput'> {
  return schema ? { parseInput: (value) => validateSync(schema, value, `input of workflow '${name}'`) as SchemaInput<S> } : {};
}
