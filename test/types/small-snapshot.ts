import { resume, Workflow as FullWorkflow, type WorkflowHandler as FullHandler } from '../../src/durable/index.ts';
import { defineWorkflow, Workflow, type WorkflowHandler } from '../../src/workflow/index.ts';
import { StartEvent, stop } from '../../src/events/index.ts';
import type { Equal, Expect } from './equal.ts';

// `resume` gives the handler of the workflow it is given, whatever the workflow's types are.
const typed = defineWorkflow('typed').step('a', [StartEvent], () => stop(1));
const handlers = async () => ({ typed: await resume(typed, ''), small: await resume(new Workflow('s'), ''), full: await resume(new FullWorkflow('f'), '') });
type Handlers = Awaited<ReturnType<typeof handlers>>;
export type Checks = [
  Expect<Equal<Handlers, { typed: WorkflowHandler<1>; small: WorkflowHandler<unknown>; full: FullHandler<unknown> }>>,
];

// @ts-expect-error the text of a snapshot, not its data
void resume(typed, { format: 'blazen-ts.snapshot' });
