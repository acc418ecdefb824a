import type { ChatMessage, CompletionResponse } from '../model/index.ts';
import type { TokenUsage } from '../spec/completion.ts';
import type { ToolCall } from '../spec/tool.ts';

/** Why an agent stopped. */
export type AgentStop = 'answer' | 'finish_tool' | 'max_iterations' | 'stop_condition' | 'needs_approval';

/** The outcome of an agent's run. */
export class AgentResult {
  /** The last completion. */
  readonly response: CompletionResponse;
  /** The whole conversation, tool calls and results included. */
  readonly messages: ChatMessage[];
  /** How many rounds of tool calls there were. */
  readonly iterations: number;
  /** Tokens of all completions; null when none reported any. */
  readonly totalUsage: TokenUsage | null;
  /** US dollars of all completions; null when no cost is known. */
  readonly totalCost: number | null;
  readonly stopReason: AgentStop;
  /** Calls that wait for approval: run again with `messages` and `approvals`. */
  readonly pendingApprovals: readonly ToolCall[];
  /** The answer's text; of the finish tool when that ended the run. */
  readonly content: string | undefined;

  constructor(fields: Pick<AgentResult, 'response' | 'messages' | 'iterations' | 'totalUsage' | 'totalCost' | 'stopReason' | 'pendingApprovals' | 'content'>) {
    this.response = fields.response;
    this.messages = fields.messages;
    this.iterations = fields.iterations;
    this.totalUsage = fields.totalUsage;
    this.totalCost = fields.totalCost;
    this.stopReason = fields.stopReason;
    this.pendingApprovals = fields.pendingApprovals;
    this.content = fields.content;
  }

  toString(): string {
    return `AgentResult(${this.stopReason} after ${this.iterations} rounds: ${this.content ?? ''})`;
  }
}
