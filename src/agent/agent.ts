import { ChatMessage, type ChatModel, type MessageLike } from '../model/index.ts';
import type { AgentResult } from './agent-result.ts';
import { defineTool, type Tool } from './define-tool.ts';
import { runAgent, type AgentRunOptions } from './run-agent.ts';

/** A model, its tools and its options, ready to run. */
export interface AgentConfig extends Omit<AgentRunOptions, 'model'> {
  readonly model: ChatModel;
  readonly tools?: readonly Tool[];
  /** For the agent as a tool. */
  readonly name?: string;
  readonly description?: string;
}

/** An agent that can be run, be a tool of another agent, or be a step of a workflow. */
export class Agent {
  readonly config: AgentConfig;

  constructor(config: AgentConfig) { this.config = config; }

  /** Run on a text or a conversation. @throws what `runAgent` throws. */
  run(input: string | readonly MessageLike[], options: AgentRunOptions = {}): Promise<AgentResult> {
    const { model, tools = [], name: _name, description: _description, ...defaults } = this.config;
    const messages = typeof input === 'string' ? [ChatMessage.user(input)] : input;
    return runAgent(model, messages, tools, { ...defaults, ...options });
  }

  /** The agent as a tool: it takes a `task` and gives its answer. */
  asTool(name: string = this.config.name ?? 'agent', description: string = this.config.description ?? 'Give a task to a helper'): Tool {
    return defineTool({
      name, description,
      schema: { type: 'object', properties: { task: { type: 'string' } }, required: ['task'], additionalProperties: false },
      handler: async ({ task }, { signal }) => (await this.run(task as string, { signal })).content ?? '',
    });
  }
}
