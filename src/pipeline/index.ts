/**
 * @module Workflows in a row, side by side, or inside one another: pipelines of stages that can be persisted after each
 * one, paused, moved and resumed; workflows as steps. Subpath export `blazen-ts/pipeline`.
 */
export { PipelineBuilder } from './pipeline-builder.ts';
export { Pipeline } from './pipeline.ts';
export { PipelineHandler } from './pipeline-handler.ts';
export { PipelineSnapshot } from './pipeline-snapshot.ts';
export type { PipelineSnapshotJson, PipelineSnapshotSource } from './pipeline-snapshot.ts';
export { JoinStrategy, ParallelStage, Stage } from './stage.ts';
export type { StageFunction, StageWorkflow } from './stage.ts';
export { pipelineFromReference, pipelineToReference } from './reference-format.ts';
export type { ReferencePipelineSnapshot } from './reference-format.ts';
export { parallelWorkflows, subWorkflow } from './sub-workflow.ts';
export type { InnerResult, InnerWorkflow, Questions, SubWorkflowCompleted } from './sub-workflow.ts';
export { pathOf } from './relay.ts';
export type {
  PipelineEvent, PipelineResult, PipelineResumeOptions, PipelineRunOptions, PipelineState, PipelineStreamEvent, StageResult,
} from './types.ts';
