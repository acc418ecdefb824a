import * as z from 'zod';
import {
  defineEvent, defineWorkflow, InputResponseEvent, parallelWorkflows, ParallelStage, PipelineBuilder, Stage, StartEvent, stop, subWorkflow, Workflow,
  type PipelineResult, type PipelineState, type WorkflowResult,
} from '../../src/index.ts';
import type { Equal, Expect } from './equal.ts';

const Topic = defineEvent('Topic', z.object({ topic: z.string() }));
const Found = defineEvent('Found', z.object({ hits: z.number() }));

const search = defineWorkflow('search', { input: z.object({ q: z.string() }) }).step('s', [StartEvent], (event) => stop(event.q.length));

// The step's event, the inner result and what the step gives are inferred.
const outer = defineWorkflow('outer')
  .step('plan', [StartEvent], () => Topic({ topic: 'tides' }))
  .step('search', [Topic], subWorkflow(search, (event) => ({ q: event.topic }), (hits) => Found({ hits })))
  .step('end', [Found], (event) => stop(event.hits));
export const result: Promise<WorkflowResult<number>> = outer.run();

const half = defineWorkflow('half')
  .step('plan', [StartEvent], () => Topic({ topic: 'tides' }))
  .step('search', [Topic], subWorkflow(search, (event) => ({ q: event.topic }), (hits) => Found({ hits })));
// @ts-expect-error no step handles Found
void half.run();

const both = defineWorkflow('both')
  .step('both', [StartEvent, InputResponseEvent], parallelWorkflows({ search, plain: new Workflow('plain') }, undefined, ({ search: hits }) => stop(hits)));
export const hits: Promise<WorkflowResult<number | undefined>> = both.run();

// Any workflow can be a stage; a mapper may say what it reads of the state; the last stage's output is the pipeline's.
const pipeline = new PipelineBuilder('p')
  .stage(new Stage('plain', new Workflow('plain'), (state) => { type _State = Expect<Equal<typeof state, PipelineState>>; return { text: state['input'] }; }, (state) => state['plain'] !== null))
  .stage(new Stage('function', (n: number, context) => [n, context.runId()]))
  .stage(new Stage('typed', search, (state: { readonly input: string }) => ({ q: state.input })))
  .onPersistJson(async () => undefined)
  .build();
export const output: Promise<number> = pipeline.run('tides');
export const words: Promise<string[]> = new PipelineBuilder('w').stage(new Stage('split', async (text: string) => text.split(' '))).build().run('a b');
export const unknowable: Promise<PipelineResult> = new PipelineBuilder('u').parallel(new ParallelStage('both', [new Stage('x', search), new Stage('y', () => 1)])).build().start().then((handler) => handler.result());
// @ts-expect-error a workflow or a function
void new Stage('wrong', { name: 'x' });
