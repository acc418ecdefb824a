import type { Definition } from './run.ts';
import type { StepHandler, StepPolicy } from './step.ts';
import type { EmittedIn, HandledBy, InputOf, ResultOf } from './typed-steps.ts';
import type { Workflow } from './workflow.ts';

/** What steps can be added to, and where a group takes them from: any workflow. */
export interface StepList {
  readonly name: string;
  /** @internal */
  readonly '~types': { readonly input: unknown };
  /** @internal */
  definition(): Definition;
  addStep(name: string, eventTypes: readonly string[], handler: StepHandler, ...policies: readonly StepPolicy[]): unknown;
}

/**
 * Add the steps of a group, a workflow written to be part of others, to this workflow: under the group's name and a slash,
 * with the group's policies and then those of the workflow. What the steps take and give becomes part of its types.
 *
 * @example
 * const Page = defineEvent('Page');
 * const search = defineWorkflow('search', { policies: [retry(3), limit(2)] }).step('fetch', [StartEvent], () => Page());
 * addGroup(defineWorkflow('answer'), search).step('tell', [Page], () => stop('found')); // steps 'search/fetch' and 'tell'
 *
 * @throws ValidationError when a name is taken.
 */
export function addGroup<W extends StepList, G extends StepList>(workflow: W, group: G): Workflow<InputOf<W>, ResultOf<W> | ResultOf<G>, HandledBy<W> | HandledBy<G>, EmittedIn<W> | EmittedIn<G>> {
  for (const { name, types, run, policies } of group.definition().steps.slice()) workflow.addStep(`${group.name}/${name}`, types, run, ...policies);
  return workflow as never;
}
