/**
 * @module Helpers for the tests of programs built with this package, and the contract suites of its stores. Subpath export
 * `blazen-ts/testing`.
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
