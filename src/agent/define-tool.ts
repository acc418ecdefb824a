import { ValidationError } from '../base/error-classes.ts';
import type { StandardSchema } from '../base/standard-schema.ts';
import { toJsonSchema, type AnySchema } from '../model/index.ts';
import type { JsonSchema } from '../spec/json-schema.ts';
import type { Message } from '../spec/message.ts';
import type { ToolDefinition } from '../spec/tool.ts';

/** What a tool's function is told beside its arguments. */
export interface ToolContext {
  /** Id of the call: the same when it is repeated after a crash. */
  readonly callId: string;
  /** 1 for the first round of tool calls. */
  readonly iteration: number;
  /** The conversation so far. */
  readonly messages: readonly Message[];
  /** Aborts when the run does, or the tool's time is up. */
  readonly signal: AbortSignal;
}

/** A tool an agent can call. */
export interface Tool extends ToolDefinition {
  /** Checks and types the arguments; without it `parameters` does the checking. */
  readonly schema?: StandardSchema;
  /** Gives any JSON value, or `{ data, llmOverride }`; may be async. */
  readonly handler: (args: never, context: ToolContext) => unknown;
  /** How long a call may take, in milliseconds; default that of the run. */
  readonly timeoutMs?: number;
  /** Ask the run's `approve` before each call, or before those the function picks. */
  readonly needsApproval?: boolean | ((args: never) => boolean);
}

type Arguments<Schema> = Schema extends StandardSchema<infer _Input, infer Output> ? Output : Record<string, unknown>;
type Handler<Schema> = (args: Arguments<Schema>, context: ToolContext) => unknown;

/** Everything `defineTool` takes. */
export interface ToolInit<Schema extends AnySchema> {
  readonly name: string;
  readonly description?: string;
  /** A Standard Schema or a JSON Schema of the arguments. */
  readonly schema: Schema;
  readonly handler: Handler<Schema>;
  readonly strict?: boolean;
  readonly timeoutMs?: number;
  readonly needsApproval?: boolean | ((args: Arguments<Schema>) => boolean);
}

const NAME = /^[\w.-]{1,128}$/;

/**
 * Define a tool; the function's arguments are typed and checked by the schema.
 *
 * @throws ValidationError for a name providers refuse, UnsupportedError for a schema that gives no JSON Schema.
 */
export function defineTool<Schema extends AnySchema>(init: ToolInit<Schema>): Tool;
export function defineTool<Schema extends AnySchema>(name: string, schema: Schema, handler: Handler<Schema>, options?: Partial<ToolInit<Schema>>): Tool;
export function defineTool<Schema extends AnySchema>(
  first: ToolInit<Schema> | string, schema?: Schema, handler?: Handler<Schema>, options?: Partial<ToolInit<Schema>>,
): Tool {
  const init = typeof first === 'string' ? { ...options, name: first, schema, handler } as ToolInit<Schema> : first;
  const { schema: given, ...rest } = init;
  if (!NAME.test(rest.name)) throw new ValidationError(`invalid input: '${rest.name}' is no tool name: use letters, digits, _, - and . only`, { path: 'name' });
  const parameters: JsonSchema = toJsonSchema(given);
  return { ...rest, parameters, ...('~standard' in given ? { schema: given as StandardSchema } : {}) };
}
