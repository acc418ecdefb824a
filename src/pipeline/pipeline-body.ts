import { SnapshotError } from '../base/error-classes.ts';
import { isUnsafeKey } from '../base/storable.ts';
import { checkBody } from '../durable/check-body.ts';
import { anything, type Check, checkFields, isEvent, isFeed, isFlag, isList, isNumber, isPair, isRecord, isText, isTime } from '../durable/checks.ts';
import type { Entries, SnapshotBody } from '../durable/snapshot-body.ts';
import { checkVersion } from '../durable/snapshot-json.ts';
import type { StageResult } from './types.ts';

/** Version of the body. A reader refuses newer ones. */
export const PIPELINE_BODY_VERSION = 1;

/** Where a workflow of the current stage is. */
export type MemberState = 'ready' | 'active' | 'done' | 'skipped' | 'failed';

/** One workflow of the current stage: what it starts with, its run, or how it ended. */
export interface MemberRecord {
  /** Null unless the stage is parallel. */
  readonly branch: string | null;
  readonly state: MemberState;
  /** Input (`ready`), output (`done`) or what was thrown, as text (`failed`). */
  readonly value: unknown;
  /** The run (`active`). */
  readonly run: SnapshotBody | null;
}

/** Everything that a pipeline's run is: the content of a snapshot. */
export interface PipelineBody {
  readonly v: number;
  readonly pipeline: string;
  /** Each stage's name, and the names of its branches if it is parallel. */
  readonly stages: readonly (readonly [name: string, branches: readonly string[]])[];
  /** Only the stages that are done or under way are known: the snapshot came from the reference. */
  readonly partial: boolean;
  readonly runId: string;
  /** When the run started and when the snapshot was taken, milliseconds since the epoch. */
  readonly startedAt: number;
  readonly takenAt: number;
  readonly input: unknown;
  /** Values that a run of the reference had put into its shared state beside the outputs. */
  readonly shared: Entries;
  readonly results: readonly StageResult[];
  /** Milliseconds the current stage has taken so far. */
  readonly stageMs: number;
  /** The current stage's workflows; null before their inputs are made. */
  readonly members: readonly MemberRecord[] | null;
  /** Number of the newest stream item, and the flat columns of those kept. */
  readonly stream: { readonly seq: number; readonly columns: readonly unknown[] };
}

const STATES: readonly unknown[] = ['ready', 'active', 'done', 'skipped', 'failed'] satisfies MemberState[];

const isName: Check = (value) => isText(value) && value !== '' && !isUnsafeKey(value as string);
const isMember: Check = (value) => {
  const { branch, state, run } = value as MemberRecord;
  if (branch !== null && !isName(branch) || !STATES.includes(state) || (run !== null) !== (state === 'active')) return false;
  if (run !== null) checkBody(run);
  return true;
};
const isItem = isRecord({
  type: isText, stageName: isName, branchName: (branch) => branch === null || isName(branch), workflowRunId: isText, path: isList(isText), event: isEvent,
});

const FIELDS: Record<keyof PipelineBody, Check> = {
  v: isNumber, pipeline: isName, runId: isText, startedAt: isNumber, takenAt: isNumber, input: anything,
  stageMs: (value) => typeof value === 'number' && value >= 0,
  stages: isList(isPair(isList(isName))),
  partial: isFlag,
  shared: isList(isPair(anything)),
  results: isList(isRecord({ name: isName, output: anything, skipped: isFlag, durationMs: isTime })),
  members: (value) => value === null || isList((member) => isRecord({})(member) && isMember(member))(value),
  stream: isFeed(2, ([item, published]) => isItem(item) && isFlag(published)),
};

/** The body. @throws SnapshotVersionMismatchError for a newer version, SnapshotError naming the field that does not fit. */
export function checkPipelineBody(value: unknown): PipelineBody {
  const body = Object(value) as PipelineBody;
  checkVersion(body.v, PIPELINE_BODY_VERSION);
  checkFields(body, FIELDS);
  const { stages, results, members } = body;
  const branches = stages[results.length]?.[1];
  const fits = results.every(({ name }, i) => name === stages[i]?.[0])
    && (members === null || branches !== undefined && isSame(names(branches), members));
  if (!fits) throw new SnapshotError('Cannot read the snapshot: it names stages that its pipeline does not have');
  return body;
}

function isSame(branches: readonly (string | null)[], members: readonly MemberRecord[]): boolean {
  return branches.length === members.length && branches.every((branch, i) => branch === members[i]?.branch);
}

/** Branches of a stage; a stage that is not parallel has one without a name. */
function names(branches: readonly string[]): readonly (string | null)[] {
  return branches.length === 0 ? [null] : branches;
}
