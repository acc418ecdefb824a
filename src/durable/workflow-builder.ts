import type { StepHandler, StepPolicy, WorkflowOptions } from '../workflow/index.ts';
import type { StateClass } from './blazen-state.ts';
import type { Context } from './context.ts';
import { Workflow } from './workflow.ts';

/**
 * Gathers what a workflow is made of; `build` can be called any number of times. `new Workflow(name).addStep(…)` needs no
 * builder and is typed.
 *
 * @example
 * const builder = new WorkflowBuilder('hello').addStep('greet', ['blazen::StartEvent'], () => ({ type: 'blazen::StopEvent', result: 'Hello' }));
 * (await Workflow.fromBuilder(builder).run()).data; // 'Hello'
 */
export class WorkflowBuilder {
  readonly #name: string;
  readonly #options: WorkflowOptions<object | undefined>;
  readonly #calls: ((workflow: Workflow) => unknown)[] = [];

  constructor(name: string, options: WorkflowOptions<object | undefined> = {}) {
    this.#name = name;
    this.#options = options;
  }

  /** As `Workflow.addStep`; a mistake is told by `build`. */
  addStep(name: string, eventTypes: readonly string[], handler: StepHandler<Context>, ...policies: readonly StepPolicy[]): this {
    return this.#then((workflow) => workflow.addStep(name, eventTypes, handler, ...policies));
  }

  /** As `Workflow.setTimeout`. */
  setTimeout(seconds: number): this { return this.#then((workflow) => workflow.setTimeout(seconds)); }

  /** As `Workflow.setSessionPausePolicy`; a mistake is told by `build`. */
  setSessionPausePolicy(policy: string): this { return this.#then((workflow) => workflow.setSessionPausePolicy(policy)); }

  /** As `Workflow.registerStates`. */
  registerStates(...classes: readonly StateClass[]): this { return this.#then((workflow) => workflow.registerStates(...classes)); }

  /** A new workflow. @throws ValidationError as the methods of `Workflow` do. */
  build(): Workflow {
    const workflow = new Workflow(this.#name, this.#options);
    for (const call of this.#calls) call(workflow);
    return workflow;
  }

  #then(call: (workflow: Workflow) => unknown): this {
    this.#calls.push(call);
    return this;
  }
}
