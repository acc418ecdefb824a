import type { Definition } from '../workflow/run.ts';
import type { Step } from '../workflow/step.ts';

/** The workflow with other functions as its steps, and without a time limit for the run. */
export function wrapSteps(definition: Definition, wrap: (step: Step) => Step['run']): Definition {
  const steps = definition.steps.map((step): Step => ({ ...step, run: wrap(step) }));
  const routes = new Map<string, Step[]>();
  for (const [type, list] of definition.routes) routes.set(type, list.map(({ index }) => steps[index] as Step));
  return { ...definition, steps, routes, timeoutMs: 0 };
}
