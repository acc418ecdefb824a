/**
 * @module Tests of programs built with this package: time you move yourself, simulated crashes, recorded runs, the contract
 * suites of its stores. Subpath export `blazen-ts/testing`.
 */
export { FakeClock } from './fake-clock.ts';
export { checkpointStoreSuite } from './suites/checkpoint-store.ts';
export type { CheckpointStoreSetup } from './suites/checkpoint-store.ts';
export { memoryBackendSuite } from './suites/memory-backend.ts';
export type { MemoryBackendSetup } from './suites/memory-backend.ts';
export type { SuiteApi } from './suites/suite-api.ts';
export { simulate } from './simulation/simulate.ts';
export type { SimulatedWorkflow, SimulateOptions, SimulationReport } from './simulation/simulate.ts';
export type { SimulatedHost } from './simulation/worker.ts';
export type { SimulatedOutcome } from './simulation/outcome.ts';
export type { SimulationCounts, SimulationFaults } from './simulation/faults.ts';
export { SimulationError } from './simulation/simulation-error.ts';
export { Recorder, recordingFromJson, recordingOf, recordingToJson } from './recording/recording.ts';
export type { RecordedChange, Recording } from './recording/recording.ts';
export { Timeline } from './recording/timeline.ts';
export type { ForkChanges, RecordedWorkflow, TimelineCommit, TimelineState } from './recording/timeline.ts';
export { LogTimeline } from './recording/log-timeline.ts';
export { replay } from './recording/replay.ts';
export type { ReplayReport } from './recording/replay.ts';
export type { Divergence } from './recording/replay-port.ts';
