/**
 * Agents: a model that calls tools until it has an answer. Subpath export `blazen-ts/agent`.
 *
 * @module
 */
export { Agent, type AgentConfig } from './agent.ts';
export { AgentResult, type AgentStop } from './agent-result.ts';
export { agentStep, type AgentStep, type AgentStepOptions } from './agent-step.ts';
export { defineTool, type Tool, type ToolContext, type ToolInit } from './define-tool.ts';
export { runAgent, runAgentWithCallback, type AgentEvent, type AgentRunOptions, type AgentState, type ToolHandler } from './run-agent.ts';
export { checkJsonSchema } from './validate-arguments.ts';
