/** The boundaries at which a run can die, from what it did when nothing disturbed it. */
export function boundariesOf(trace: readonly string[]): string[] {
  return trace.flatMap((step) => {
    if (step.startsWith('effect ')) return [`before ${step}`, `after ${step}`];
    // Who has a run is no news to it: the next boundary tells the rest.
    if (/^(?:claim|release) /.test(step)) return [`unanswered ${step}`];
    return [`inside ${step}`, `unanswered ${step}`, `answered ${step}`];
  });
}
