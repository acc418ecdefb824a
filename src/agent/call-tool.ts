import { enrichError } from '../base/enrich-error.ts';
import { TimeoutError } from '../base/error-classes.ts';
import { isRecord, type JsonValue } from '../base/json.ts';
import { validate } from '../base/standard-schema.ts';
import { ChatMessage, readToolOutput } from '../model/index.ts';
import type { ToolCall, ToolOutput } from '../spec/tool.ts';
import type { Tool, ToolContext } from './define-tool.ts';
import { checkJsonSchema } from './validate-arguments.ts';

/** The outcome of a call as the conversation takes it. */
export interface ToolOutcome {
  readonly message: ChatMessage;
  /** What the tool gave; the error text when it failed. */
  readonly result: JsonValue;
  readonly failed: boolean;
}

/**
 * Call a tool: check the arguments, keep its time, and turn whatever it gives or throws into a message for the model.
 *
 * @throws only when the run's own signal aborts.
 */
export async function callTool(call: ToolCall, tool: Tool | undefined, context: ToolContext, timeoutMs: number | undefined): Promise<ToolOutcome> {
  if (tool === undefined) return failure(call, `There is no tool named '${call.name}'`);
  if (call.error !== undefined) return failure(call, `The arguments cannot be read: ${call.error}`);
  const controller = new AbortController();
  const stop = (): void => controller.abort(context.signal.reason);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const args = await checkArguments(tool, call.arguments);
    context.signal.throwIfAborted();
    const limitMs = tool.timeoutMs ?? timeoutMs ?? 0;
    const stopped = new Promise<never>((_resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
    });
    context.signal.addEventListener('abort', stop, { once: true });
    if (limitMs > 0) timer = setTimeout(() => controller.abort(new TimeoutError(`timed out after ${limitMs}ms: the tool '${call.name}' gave no result`)), limitMs);
    const value = await Promise.race([tool.handler(args as never, { ...context, signal: controller.signal }), stopped]);
    return success(call, toOutput(value));
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    const rich = enrichError(error);
    return failure(call, rich instanceof Error ? rich.message : String(rich));
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', stop);
  }
}

/** A call that was not made, with the reason for the model. */
export function failure(call: ToolCall, reason: string): ToolOutcome {
  return { message: ChatMessage.toolResultMessage(call.id, call.name, `Error: ${reason}`, true), result: reason, failed: true };
}

async function checkArguments(tool: Tool, args: ToolCall['arguments']): Promise<unknown> {
  if (tool.schema) return validate(tool.schema, args, `arguments of '${tool.name}'`);
  const problems = tool.parameters ? checkJsonSchema(tool.parameters, args) : [];
  if (problems.length > 0) throw new Error(`invalid arguments of '${tool.name}': ${problems.join('; ')}`);
  return args;
}

function success(call: ToolCall, output: ToolOutput): ToolOutcome {
  const plain = typeof output.data === 'string' && output.llmOverride === undefined;
  return { message: ChatMessage.toolResultMessage(call.id, call.name, plain ? output.data : output), result: output.data, failed: false };
}

/** A handler's result in two channels: an object with `data` is taken as it is, text that is such an object in JSON too. */
function toOutput(value: unknown): ToolOutput {
  const explicit = readToolOutput(value);
  if (explicit) return explicit;
  if (typeof value === 'string') return readToolOutput(tryParse(value)) ?? { data: value };
  if (value === undefined) return { data: null };
  // Through JSON: what the model and a snapshot can hold.
  return { data: isRecord(value) || Array.isArray(value) ? JSON.parse(JSON.stringify(value)) as JsonValue : value as JsonValue };
}

function tryParse(text: string): unknown {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
