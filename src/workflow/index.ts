/**
 * @module The workflow engine: steps that take events and give events, fan-out and fan-in, human input, streams, one
 * append-only log per run. Subpath export `blazen-ts/workflow`.
 */
export { Workflow } from './workflow.ts';
export { defineWorkflow } from './define-workflow.ts';
export type { RunOptions, WorkflowOptions } from './workflow.ts';
export { WorkflowHandler } from './handler.ts';
export type { StreamEvent, StreamOptions, WorkflowResult } from './handler.ts';
export type { Context, SessionNamespace, StateNamespace } from './context.ts';
export { collect, elsewhere, retry, timeout } from './policies.ts';
export { addGroup } from './group.ts';
export type { StepList } from './group.ts';
export { limit, priority } from './limits.ts';
export { cancelScope, endScope, scope } from './scope.ts';
export type { ScopeEnded, ScopeFailed, ScopeOptions } from './scope.ts';
export type { RetryOptions } from './policies.ts';
export type { StepHandler, StepOutput, StepPolicy } from './step.ts';
export { followLog, foldLog, openRequests, readLog } from './history.ts';
export type { RecordType, RunRecord } from './history.ts';
export { graphOf, toMermaid } from './graph.ts';
export type { GraphEdge, GraphNode, GraphRecord, WorkflowGraph } from './graph.ts';
export type { FinalStatus, RunStatus } from './run.ts';
export type { Lagged } from './feed.ts';
export { sends } from './typed-steps.ts';
export type { InputOf, ResultOf, Unhandled, Unreachable } from './typed-steps.ts';
