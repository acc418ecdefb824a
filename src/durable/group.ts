import { addGroup as add, type InputOf, type ResultOf, type StepList } from '../workflow/index.ts';
import type { EmittedIn, HandledBy } from '../workflow/typed-steps.ts';
import type { Workflow } from './workflow.ts';

/** `addGroup` of `blazen-ts/workflow`, for the workflow of `blazen-ts`. */
export const addGroup: <W extends StepList, G extends StepList>(workflow: W, group: G) => Workflow<
  InputOf<W>, ResultOf<W> | ResultOf<G>, HandledBy<W> | HandledBy<G>, EmittedIn<W> | EmittedIn<G>
> = add as never;
