import { BlazenError, type ErrorCode } from '../../base/errors.ts';

/** A simulation found a mistake. `simulate` with the same workflow and `seed` finds it again; `trace` tells what happened. */
export class SimulationError extends BlazenError<{ seed: number; violation: string; trace: readonly string[] }> {
  static override readonly brand: string = 'SimulationError';
  static override readonly code: ErrorCode = 'workflow.simulation';
  /** Seed of the simulation, 0 for the undisturbed one that all others are compared with. */
  declare readonly seed: number;
  /** What is wrong. */
  declare readonly violation: string;
  /** The first and the last things that happened. */
  declare readonly trace: readonly string[];
}

/** Something that must never happen; becomes a SimulationError where the seed is known. */
export class Violation extends Error {}
