import { ring } from './alarm.ts';
import { recordCalls, restoreCalls } from './call-record.ts';
import type { Definition } from '../workflow/run.ts';
import type { SnapshotParts } from './parts.ts';
import { recordScopes, restoreScopes } from './scope-record.ts';
import { recordSession } from './session-policy.ts';
import { restoreSession } from './session-refs.ts';
import { recordStates, restoreStates } from './state-record.ts';

/** Everything that a run of `blazen-ts` can have. */
export const allParts: SnapshotParts = {
  recordCalls, restoreCalls, recordStates, recordScopes, recordSession, ring,
  restore(run, body) {
    if (body.scopes) restoreScopes(run, body.scopes);
    restoreStates(run, body);
    restoreSession(run, body.session);
  },
};

/** The definition of any workflow, for those who keep whatever its runs have. */
export function withParts(definition: Definition): Definition { return { parts: allParts, ...definition } as Definition; }
