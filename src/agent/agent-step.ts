import { INPUT_REQUEST, INPUT_RESPONSE, type EventLike } from '../events/index.ts';
import type { Storable } from '../base/storable.ts';
import { ChatMessage, sumUsage, type MessageLike } from '../model/index.ts';
import type { TokenUsage } from '../spec/completion.ts';
import type { Context } from '../workflow/index.ts';
import type { Agent } from './agent.ts';
import { AgentResult } from './agent-result.ts';

/** How an agent takes part in a workflow. */
export interface AgentStepOptions {
  readonly agent: Agent;
  /** The conversation for an event. */
  readonly input: (event: EventLike) => string | readonly MessageLike[];
  /** The event for a finished run. */
  readonly output: (result: AgentResult) => EventLike;
  /** Name of the agent in the workflow: its turn event and its state carry it. Default `agent`. */
  readonly name?: string;
}

/** A step for `addStep`: `workflow.addStep(step.name, [...types, ...step.types], step.handler)`. */
export interface AgentStep {
  readonly name: string;
  /** Event types the step needs besides those that start it. */
  readonly types: readonly string[];
  readonly handler: (event: EventLike, ctx: Context) => Promise<EventLike | null>;
}

/** What is kept between two turns. */
interface Saved {
  readonly messages: readonly MessageLike[];
  readonly iterations: number;
  readonly usage: TokenUsage | null;
  readonly cost: number | null;
  /** The open approval request. */
  readonly requestId: string | null;
}

const DEFAULT_ITERATIONS = 10;

/**
 * An agent as a workflow step. Each turn (an answer and the calls it makes) is an execution of its own and commits with
 * the conversation, so that a crash repeats one turn at most.
 *
 * A call that needs approval parks the run with an InputRequestEvent whose metadata lists the calls; the response `true`,
 * `false`, a reason to refuse, or a record of these by call id goes on.
 */
export function agentStep({ agent, input, output, name = 'agent' }: AgentStepOptions): AgentStep {
  const turn = `blazen::agent.turn:${name}`;
  const handler = async (event: EventLike, ctx: Context): Promise<EventLike | null> => {
    const resumed = event.type === turn || event.type === INPUT_RESPONSE;
    const saved = resumed ? ctx.state.get(name) as Saved | null : null;
    // Somebody else's answer.
    if (resumed && (saved === null || (event.type === INPUT_RESPONSE && event['request_id'] !== saved.requestId))) return null;
    const started = saved === null ? input(event) : saved.messages;
    const messages = typeof started === 'string' ? [ChatMessage.user(started)] : started;
    const done = saved?.iterations ?? 0;
    let stopped = false;
    const result = await agent.run(messages, {
      signal: ctx.signal, maxIterations: Math.max(0, (agent.config.maxIterations ?? DEFAULT_ITERATIONS) - done),
      ...(event.type === INPUT_RESPONSE ? { approvals: decisions(messages, event['response']) } : {}),
      stopWhen: async (state) => {
        stopped = await agent.config.stopWhen?.({ ...state, iterations: done + state.iterations }) ?? false;
        return true;
      },
    });
    const usage = sumUsage([saved?.usage ?? undefined, result.totalUsage ?? undefined]);
    const cost = saved?.cost == null && result.totalCost === null ? null : (saved?.cost ?? 0) + (result.totalCost ?? 0);
    const waits = result.stopReason === 'needs_approval';
    // A round that waits has not happened yet.
    const iterations = done + result.iterations - (waits ? 1 : 0);
    if (!waits && (result.stopReason !== 'stop_condition' || stopped)) {
      ctx.state.set(name, undefined);
      return output(new AgentResult({ ...fieldsOf(result), iterations, totalUsage: usage, totalCost: cost }));
    }
    const calls = result.pendingApprovals.map(({ id, name: tool, arguments: args }) => ({ id, name: tool, arguments: args }));
    const requestId = waits ? `approval:${name}:${calls.map(({ id }) => id).join(',')}` : null;
    ctx.state.set(name, { messages: result.messages.map((message) => message.toJSON()), iterations, usage, cost, requestId } as unknown as Storable);
    if (requestId === null) return { type: turn };
    return { type: INPUT_REQUEST, request_id: requestId, prompt: `Approve ${calls.map((call) => call.name).join(', ')}?`, metadata: { calls } };
  };
  return { name, types: [turn, INPUT_RESPONSE], handler };
}

function fieldsOf({ response, messages, stopReason, pendingApprovals, content }: AgentResult): Pick<AgentResult, 'response' | 'messages' | 'stopReason' | 'pendingApprovals' | 'content'> {
  return { response, messages, stopReason, pendingApprovals, content };
}

/** One answer for all pending calls, or one for each. */
function decisions(messages: readonly MessageLike[], response: unknown): Record<string, boolean | string> {
  const last = ChatMessage.from(messages.findLast(({ role }) => role === 'assistant') ?? {});
  const one = (id: string): boolean | string => {
    const value: unknown = typeof response === 'object' && response !== null ? (response as Record<string, unknown>)[id] : response;
    return typeof value === 'boolean' || typeof value === 'string' ? value : false;
  };
  return Object.fromEntries(last.toolCalls.map(({ id }) => [id, one(id)]));
}
