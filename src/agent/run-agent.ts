import { throwIfAborted } from '../base/abort.ts';
import type { JsonValue } from '../base/json.ts';
import { ChatMessage, sumUsage, type ChatModel, type ChatWindow, type CompletionResponse, type MessageLike } from '../model/index.ts';
import type { CompletionOptions, StreamPart } from '../spec/completion.ts';
import type { ToolCall, ToolDefinition } from '../spec/tool.ts';
import { AgentResult, type AgentStop } from './agent-result.ts';
import { callTool, failure, type ToolOutcome } from './call-tool.ts';
import type { Tool } from './define-tool.ts';

/** What happens during a run. */
export type AgentEvent =
  | { readonly type: 'tool-called'; readonly iteration: number; readonly toolCall: ToolCall }
  | { readonly type: 'tool-result'; readonly iteration: number; readonly toolName: string; readonly callId: string; readonly result: JsonValue; readonly failed: boolean }
  | { readonly type: 'iteration-complete'; readonly iteration: number; readonly hadToolCalls: boolean; readonly messages: readonly ChatMessage[] }
  /** A part of the model's answer; only with `stream`. */
  | { readonly type: 'model'; readonly iteration: number; readonly part: StreamPart };

/** What a stop condition and a turn hook see. */
export interface AgentState {
  readonly messages: readonly ChatMessage[];
  readonly iterations: number;
  readonly response: CompletionResponse;
  readonly totalCost: number | null;
}

/** Options of a run; those of a completion apply to every turn. */
export interface AgentRunOptions extends Omit<CompletionOptions, 'tools' | 'toolChoice'> {
  /** Calls of one round at the same time; 0 means all. Default 0. */
  readonly toolConcurrency?: number;
  /** Rounds of tool calls, then a last answer without tools. Default 10. */
  readonly maxIterations?: number;
  /** Put before the conversation. */
  readonly systemPrompt?: string;
  /** Offer a tool `finish_workflow` that ends the run with its `result`. Default false. */
  readonly addFinishTool?: boolean;
  /** How long a tool call may take, in milliseconds; default no limit. */
  readonly toolTimeoutMs?: number;
  /** Decides on calls of tools with `needsApproval`; without it the run ends with `pendingApprovals`. A text is the refusal's reason. */
  readonly approve?: (call: ToolCall) => boolean | string | Promise<boolean | string>;
  /** Decisions by call id, for a run that goes on after approval. */
  readonly approvals?: Readonly<Record<string, boolean | string>>;
  /** Ends the run after the round when true. */
  readonly stopWhen?: (state: AgentState) => boolean | Promise<boolean>;
  /** Keeps what the model sees within a budget; the result has everything. */
  readonly chatWindow?: ChatWindow;
  readonly onEvent?: (event: AgentEvent) => void;
  /** Stream the model's answers as `model` events. Default false. */
  readonly stream?: boolean;
  /** Called after each turn, before the next begins: save the messages here. */
  readonly onTurn?: (state: AgentState) => void | Promise<void>;
}

/** The reference's form: one function for all tools. */
export type ToolHandler = (toolName: string, args: Record<string, unknown>) => unknown;

const FINISH_TOOL = 'finish_workflow';
const finishTool: ToolDefinition = {
  name: FINISH_TOOL, description: 'End the work with the final answer',
  parameters: { type: 'object', properties: { result: { type: 'string', description: 'The final answer' } }, required: ['result'] },
};

/**
 * Let a model answer with the help of tools: ask, call the tools it wants, tell it what they gave, until it answers.
 *
 * What a tool throws is told to the model. A conversation that ends in unanswered calls goes on with them.
 *
 * @throws what a completion throws; AbortedError when the signal aborts.
 */
export function runAgent(model: ChatModel, messages: readonly MessageLike[], tools: readonly Tool[], options?: AgentRunOptions): Promise<AgentResult>;
export function runAgent(
  model: ChatModel, messages: readonly MessageLike[], tools: readonly ToolDefinition[], handler: ToolHandler, options?: AgentRunOptions,
): Promise<AgentResult>;
export function runAgent(
  model: ChatModel, messages: readonly MessageLike[], tools: readonly (Tool | ToolDefinition)[], third?: ToolHandler | AgentRunOptions, fourth?: AgentRunOptions,
): Promise<AgentResult> {
  const handler = typeof third === 'function' ? third : undefined;
  const options = (typeof third === 'function' ? fourth : third) ?? {};
  const ready = tools.map((tool): Tool => ('handler' in tool ? tool : { ...tool, handler: (args: Record<string, unknown>) => handler?.(tool.name, args) }));
  return new AgentRun(model, messages, ready, options).run();
}

/** `runAgent` with a callback for its events. */
export function runAgentWithCallback(
  model: ChatModel, messages: readonly MessageLike[], tools: readonly Tool[], onEvent: (event: AgentEvent) => void, options: AgentRunOptions = {},
): Promise<AgentResult> {
  return runAgent(model, messages, tools, { ...options, onEvent });
}

class AgentRun {
  readonly #model: ChatModel;
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #offered: readonly ToolDefinition[];
  readonly #options: AgentRunOptions;
  readonly #completion: CompletionOptions;
  readonly #messages: ChatMessage[];
  readonly #answers: CompletionResponse[] = [];
  #seen = 0;
  #iterations = 0;

  constructor(model: ChatModel, messages: readonly MessageLike[], tools: readonly Tool[], options: AgentRunOptions) {
    const {
      toolConcurrency: _c, maxIterations: _m, systemPrompt, addFinishTool, toolTimeoutMs: _t, approve: _a, approvals: _as, stopWhen: _s, chatWindow: _w,
      onEvent: _e, stream: _st, onTurn: _ot, ...completion
    } = options;
    this.#model = model;
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
    this.#offered = [...tools.map(({ name, description, parameters, strict }) => ({
      name, ...(description === undefined ? {} : { description }), ...(parameters ? { parameters } : {}), ...(strict === undefined ? {} : { strict }),
    })), ...(addFinishTool ? [finishTool] : [])];
    this.#options = options;
    this.#completion = completion;
    const given = messages.map((message) => ChatMessage.from(message));
    const hasPrompt = systemPrompt === undefined || (given[0]?.role === 'system' && given[0].content === systemPrompt);
    this.#messages = hasPrompt ? given : [ChatMessage.system(systemPrompt), ...given];
  }

  async run(): Promise<AgentResult> {
    const { maxIterations = 10, stopWhen } = this.#options;
    // A conversation handed back after an approval or a crash ends in calls without results.
    let calls = this.#unanswered();
    let response: CompletionResponse | undefined;
    for (;;) {
      if (calls.length === 0) {
        const last = this.#iterations >= maxIterations;
        response = await this.#ask(last);
        calls = last ? [] : response.toolCalls;
        if (last) return this.#end(response, 'max_iterations');
        if (calls.length === 0) {
          this.#emit({ type: 'iteration-complete', iteration: this.#iterations + 1, hadToolCalls: false, messages: this.#messages });
          return this.#end(response, 'answer');
        }
      }
      this.#iterations++;
      const finished = calls.find(({ name }) => name === FINISH_TOOL && !this.#tools.has(FINISH_TOOL));
      if (finished) return this.#finish(response ?? this.#resumed(), finished, calls);
      const pending = await this.#callAll(calls);
      if (pending.length > 0) return this.#end(response ?? this.#resumed(), 'needs_approval', pending);
      this.#emit({ type: 'iteration-complete', iteration: this.#iterations, hadToolCalls: true, messages: this.#messages });
      const state = this.#state(response ?? this.#resumed());
      await this.#options.onTurn?.(state);
      if (await stopWhen?.(state)) return this.#end(state.response, 'stop_condition');
      calls = [];
    }
  }

  async #ask(last: boolean): Promise<CompletionResponse> {
    throwIfAborted(this.#options.signal, 'The agent');
    // The tools stay declared even when none may be called: providers refuse a history with calls of unknown tools.
    const offer = this.#offered.length === 0 ? {} : { tools: this.#offered, ...(last ? { toolChoice: 'none' as const } : {}) };
    const options: CompletionOptions = { ...this.#completion, ...offer };
    const response = this.#options.stream
      ? await this.#model.stream(this.#visible(), (part) => this.#emit({ type: 'model', iteration: this.#iterations + 1, part }), options)
      : await this.#model.complete(this.#visible(), options);
    this.#answers.push(response);
    this.#messages.push(last ? withoutCalls(response.message) : response.message);
    return response;
  }

  /** What the model sees: everything, or what fits into the window. */
  #visible(): readonly ChatMessage[] {
    const window = this.#options.chatWindow;
    if (!window) return this.#messages;
    for (; this.#seen < this.#messages.length; this.#seen++) window.add(this.#messages[this.#seen] as ChatMessage);
    return window.messages();
  }

  /** Call the tools, some at a time; the results join the conversation in the order of the calls. */
  async #callAll(calls: readonly ToolCall[]): Promise<ToolCall[]> {
    const decisions = await Promise.all(calls.map((call) => this.#decide(call)));
    const pending = calls.filter((_, i) => decisions[i] === undefined);
    if (pending.length > 0) return pending;
    const outcomes: ToolOutcome[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let i = next++; i < calls.length; i = next++) outcomes[i] = await this.#call(calls[i] as ToolCall, decisions[i] as boolean | string);
    };
    const { toolConcurrency = 0 } = this.#options;
    await Promise.all(Array.from({ length: Math.min(calls.length, toolConcurrency || calls.length) }, work));
    this.#messages.push(...outcomes.map(({ message }) => message));
    return [];
  }

  async #call(call: ToolCall, decision: boolean | string): Promise<ToolOutcome> {
    const iteration = this.#iterations;
    this.#emit({ type: 'tool-called', iteration, toolCall: call });
    const signal = this.#options.signal ?? new AbortController().signal;
    const outcome = decision === true
      ? await callTool(call, this.#tools.get(call.name), { callId: call.id, iteration, messages: this.#messages.map((message) => message.toMessage()), signal }, this.#options.toolTimeoutMs)
      : failure(call, typeof decision === 'string' ? `The call was refused: ${decision}` : 'The call was refused');
    this.#emit({ type: 'tool-result', iteration, toolName: call.name, callId: call.id, result: outcome.result, failed: outcome.failed });
    return outcome;
  }

  /** True to call, false or a reason to refuse, undefined when nobody has decided yet. */
  async #decide(call: ToolCall): Promise<boolean | string | undefined> {
    const need = this.#tools.get(call.name)?.needsApproval;
    const needed = typeof need === 'function' ? call.error === undefined && need(call.arguments as never) : need;
    if (!needed) return true;
    const decided = this.#options.approvals?.[call.id];
    return decided ?? (this.#options.approve ? await this.#options.approve(call) : undefined);
  }

  #unanswered(): readonly ToolCall[] {
    const at = this.#messages.findLastIndex(({ role }) => role === 'assistant');
    const answered = new Set(this.#messages.slice(at + 1).map(({ toolCallId }) => toolCallId));
    const last = this.#messages.at(-1);
    if (at === -1 || (last?.role !== 'assistant' && last?.role !== 'tool')) return [];
    return (this.#messages[at] as ChatMessage).toolCalls.filter(({ id }) => !answered.has(id));
  }

  #finish(response: CompletionResponse, call: ToolCall, calls: readonly ToolCall[]): AgentResult {
    const { result } = call.arguments;
    const text = typeof result === 'string' ? result : JSON.stringify(result ?? call.arguments);
    // Every call needs an answer, or the conversation cannot go on.
    for (const { id, name } of calls) this.#messages.push(ChatMessage.toolResultMessage(id, name, id === call.id ? 'done' : 'not called: the work was finished'));
    return this.#end(response, 'finish_tool', [], text);
  }

  #end(response: CompletionResponse, stopReason: AgentStop, pendingApprovals: readonly ToolCall[] = [], content: string | undefined = response.content): AgentResult {
    const { totalCost } = this.#state(response);
    return new AgentResult({
      response, messages: this.#messages, iterations: this.#iterations, totalUsage: sumUsage(this.#answers.map(({ usage }) => usage)), totalCost,
      stopReason, pendingApprovals, content,
    });
  }

  #state(response: CompletionResponse): AgentState {
    const costs = this.#answers.flatMap(({ cost }) => (cost === undefined ? [] : [cost]));
    const totalCost = costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0);
    return { messages: this.#messages, iterations: this.#iterations, response, totalCost };
  }

  /** The answer a resumed conversation ends in, as far as its message tells. */
  #resumed(): CompletionResponse {
    const message = this.#messages.findLast(({ role }) => role === 'assistant') as ChatMessage;
    const { content, toolCalls } = message;
    return {
      ...(content === undefined ? {} : { content }), toolCalls, model: this.#model.modelId, finishReason: 'tool_calls', sources: [], images: [], audio: [],
      videos: [], metadata: {}, message,
    };
  }

  #emit(event: AgentEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** A last answer that calls tools all the same: the calls will have no results, so they cannot stay. */
function withoutCalls(message: ChatMessage): ChatMessage {
  return message.toolCalls.length === 0 ? message : new ChatMessage({ role: 'assistant', parts: message.parts.filter(({ type }) => type !== 'tool-call') });
}
