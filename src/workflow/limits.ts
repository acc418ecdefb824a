import type { Ready, Run } from './run.ts';
import type { Step, StepPolicy } from './step.ts';
import { check, stateOf } from './step-state.ts';

/**
 * Let at most `count` executions be in flight at once in a run; further events wait for a place.
 *
 * The policy is the limit: given to one step it limits that step, the same one given to several steps limits them together,
 * and as a policy of the workflow it limits the run. An execution needs a place in each limit of its step and takes all at
 * once or none, so limits never wait for one another. A free place goes to the highest `priority`, then to the event that
 * came first.
 *
 * @example
 * const gpu = limit(1);
 * new Workflow('films', { policies: [limit(8)] })
 *   .addStep('cut', ['Film'], () => ({ type: 'Cut' }), gpu)
 *   .addStep('grade', ['Cut'], () => null, gpu, priority(1));
 *
 * @throws ValidationError when `count` is below 1.
 */
export function limit(count: number): StepPolicy {
  check(count >= 1, `limit a step to ${count} executions`);
  const policy: StepPolicy = {
    places: count,
    admit(run, step, event, id) {
      // The first limit of a step decides for all of them.
      if (step.policies.find(isLimit) !== policy) return event;
      const state = stateOf(run, step);
      if (hasPlace(run, step)) {
        state.taken++;
        return event;
      }
      state.waiting.push({ step, event, id });
      return null;
    },
    done(run, step) {
      if (step.policies.find(isLimit) !== policy) return;
      stateOf(run, step).taken--;
      for (let next = nextOf(run, step); next !== null; next = nextOf(run, step)) {
        stateOf(run, next.step).taken++;
        run.ready.push(stateOf(run, next.step).waiting.take());
      }
    },
  };
  return policy;
}

/**
 * How urgent the events of a step are while they wait for a place in a `limit`: higher goes first, 0 is the default. It
 * changes nothing for steps without a limit. A step may starve as long as more urgent events keep all places taken.
 *
 * @throws ValidationError when `level` is not a finite number.
 */
export function priority(level: number): StepPolicy {
  check(Number.isFinite(level), `give a step the priority ${level}`);
  return { level };
}

function isLimit(policy: StepPolicy): boolean { return policy.places !== undefined; }

function levelOf(step: Step): number { return step.policies.find(({ level }) => level !== undefined)?.level ?? 0; }

/** Is there a place in every limit of the step? */
function hasPlace(run: Run, step: Step): boolean {
  return step.policies.every((policy) => {
    if (policy.places === undefined) return true;
    let taken = 0;
    for (const other of run.definition.steps) if (other.policies.includes(policy)) taken += run.stepStates[other.index]?.taken ?? 0;
    return taken < policy.places;
  });
}

/** The event to go on with after an execution of `ended` has freed its places: one that waits for one of them. */
function nextOf(run: Run, ended: Step): Ready | null {
  let next: Ready | null = null;
  for (const step of run.definition.steps) {
    const first = run.stepStates[step.index]?.waiting.first;
    if (!first || !step.policies.some((policy) => isLimit(policy) && ended.policies.includes(policy)) || !hasPlace(run, step)) continue;
    if (next === null || levelOf(step) > levelOf(next.step) || levelOf(step) === levelOf(next.step) && first.id < next.id) next = first;
  }
  return next;
}
