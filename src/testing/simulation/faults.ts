/** What goes wrong, and how often: probabilities from 0 to 1 unless said otherwise. */
export interface SimulationFaults {
  /** A worker's process dies, at any moment and with anything under way; per thing that happens. Default 0.02. */
  readonly crash: number;
  /** A worker gives its runs back and is replaced by a new one. Default 0.005. */
  readonly restart: number;
  /** A worker stands still for up to three leases, then goes on as if nothing had happened. Default 0.01. */
  readonly pause: number;
  /** A call of the store never arrives. Default 0.03. */
  readonly lostRequest: number;
  /** A call of the store takes effect, but its answer never arrives. Default 0.03. */
  readonly lostReply: number;
  /** A call of the store arrives a second time, later. Default 0.03. */
  readonly duplicate: number;
  /** A message takes up to two leases. Default 0.02. */
  readonly delay: number;
  /** A worker's clock is set, forwards or backwards, by up to `clockJumpMs`. Default 0.003. */
  readonly clockJump: number;
  /** Milliseconds. Default 3,600,000. */
  readonly clockJumpMs: number;
  /** How far a worker's clock may be off when it starts, milliseconds. Default 500. */
  readonly clockSkewMs: number;
}

export const ALL_FAULTS: SimulationFaults = {
  crash: 0.02, restart: 0.005, pause: 0.01, lostRequest: 0.03, lostReply: 0.03, duplicate: 0.03, delay: 0.02,
  clockJump: 0.003, clockJumpMs: 3_600_000, clockSkewMs: 500,
};

export const NO_FAULTS: SimulationFaults = {
  crash: 0, restart: 0, pause: 0, lostRequest: 0, lostReply: 0, duplicate: 0, delay: 0, clockJump: 0, clockJumpMs: 0, clockSkewMs: 0,
};

/** How often what happened. */
export interface SimulationCounts {
  /** Workers whose process died. */
  crashes: number;
  /** Workers that gave their runs back. */
  restarts: number;
  /** Workers that stood still. */
  pauses: number;
  clockJumps: number;
  /** Calls of the store that never arrived. */
  lostRequests: number;
  /** Answers of the store that never arrived. */
  lostReplies: number;
  /** Calls of the store that were sent again, or arrived twice. */
  resent: number;
  /** Commits that the store took. */
  commits: number;
  /** Claims that took a run over from a worker whose lease had ended. */
  takeovers: number;
  /** Executions of steps that began, and those among them that had begun before. */
  executions: number;
  repeated: number;
}

export const noCounts = (): SimulationCounts => ({
  crashes: 0, restarts: 0, pauses: 0, clockJumps: 0, lostRequests: 0, lostReplies: 0, resent: 0, commits: 0, takeovers: 0, executions: 0, repeated: 0,
});
