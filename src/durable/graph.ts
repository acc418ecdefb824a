import type { Definition } from '../workflow/run.ts';
import type { SnapshotBody } from './snapshot-body.ts';

/** The graph of a workflow as a snapshot keeps it. */
export function graphOf(definition: Definition): SnapshotBody['steps'] {
  return definition.steps.map(({ name, types }) => [name, types]);
}

/** What has changed in a graph, in words; empty when nothing has. */
export function changeOf(now: SnapshotBody['steps'], then: SnapshotBody['steps']): string {
  for (let i = 0; i < Math.max(now.length, then.length); i++) {
    const [[is, accepts] = [], [was, accepted] = []] = [now[i], then[i]];
    if (is === undefined) return `step '${was}' is gone`;
    if (was === undefined) return `step '${is}' is new`;
    if (is !== was) return `step ${i + 1} is '${is}' and was '${was}'`;
    if (String(accepts) !== String(accepted)) return `step '${is}' accepts ${accepts?.join(', ')} and accepted ${accepted?.join(', ')}`;
  }
  return '';
}
