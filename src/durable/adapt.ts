import { SnapshotError } from '../base/error-classes.ts';
import type { Definition } from '../workflow/run.ts';
import { changeOf, graphOf } from './graph.ts';
import type { SnapshotBody } from './snapshot-body.ts';

/** How strictly a snapshot must fit the workflow. */
export interface FitOptions {
  /** Resume although the graph has changed; steps are matched by name. Default false. */
  readonly allowChanged?: boolean;
}

/**
 * The body as the workflow of today would have written it, where that is asked for or the snapshot, one of the reference,
 * does not tell the graph.
 *
 * @throws SnapshotError when the run is in the middle of a step that is gone.
 */
export function adapt(definition: Definition, body: SnapshotBody, { allowChanged = false }: FitOptions): SnapshotBody {
  const { steps, runId, executions, stepStates, scopes, log, state } = body;
  if (!allowChanged && steps.length > 0) return body;
  const indexes = new Map(definition.steps.map(({ name, index }) => [name, index]));
  const moved = <Item extends { readonly step: number }>(records: readonly Item[]): Item[] => records.map((record) => {
    const [name] = steps[record.step] as SnapshotBody['steps'][number];
    const step = indexes.get(name);
    if (step === undefined) throw new SnapshotError(`Cannot resume run ${runId}: step '${name}', which it is in the middle of, no longer exists`);
    return { ...record, step };
  });
  return {
    ...body, steps: graphOf(definition), executions: moved(executions), stepStates: moved(stepStates),
    ...(scopes && { scopes: { ...scopes, stepStates: scopes.stepStates.map(([path, states]) => [path, moved(states)] as const) } }),
    // Records name steps by their place in the graph: those of another graph could not be read.
    log: changeOf(graphOf(definition), steps) === '' ? log : { ...log, columns: [], base: state },
  };
}
