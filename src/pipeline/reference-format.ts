import { SerializationError } from '../base/error-classes.ts';
import { isRecord } from '../base/json.ts';
import { bodyToReference, referenceToBody } from '../durable/reference-format.ts';
import { countOf, damaged, listOf, readForeign, recordOf, runIdOf, textOf, timeOf, toPlainJson, writeRunId } from '../durable/reference-json.ts';
import type { ReferenceSnapshot } from '../durable/index.ts';
import { type MemberRecord, type MemberState, PIPELINE_BODY_VERSION, type PipelineBody } from './pipeline-body.ts';
import { PipelineSnapshot } from './pipeline-snapshot.ts';
import type { StageResult } from './types.ts';

/** A pipeline's snapshot as the reference writes it. */
export interface ReferencePipelineSnapshot {
  readonly pipeline_name: string;
  /** A UUID. */
  readonly run_id: string;
  /** When it was taken, RFC 3339. */
  readonly timestamp: string;
  readonly current_stage_index: number;
  readonly completed_stages: readonly { readonly name: string; readonly output: unknown; readonly skipped: boolean; readonly duration_ms: number }[];
  readonly active_snapshots: readonly { readonly stage_name: string; readonly branch_name: string | null; readonly workflow_snapshot: ReferenceSnapshot }[];
  readonly shared_state: Readonly<Record<string, unknown>>;
  readonly input: unknown;
  readonly current_iteration: number;
}

/** Key of the shared state under which branches are kept that have ended or not begun: the format has no place for them. */
const BRANCHES = '__blazen_ts_branches';

const STATES: readonly unknown[] = ['ready', 'done', 'skipped', 'failed'] satisfies MemberState[];

/**
 * Write a pipeline's snapshot in the reference's format. Its stream stays behind.
 *
 * @throws SnapshotError when a workflow is in the middle of something that the format cannot tell (pause the pipeline
 * first), or an id is not a UUID; SerializationError naming what is not plain JSON.
 */
export function pipelineToReference(snapshot: PipelineSnapshot): ReferencePipelineSnapshot {
  const { body } = snapshot;
  const stage = body.stages[body.results.length]?.[0] ?? '';
  const members = body.members ?? [];
  const shared = Object.fromEntries(body.shared.map(([key, value]) => [key, plain(value, `shared.${key}`)]));
  if (BRANCHES in shared) throw new SerializationError(`Cannot write the shared state: the key '${BRANCHES}' is the package's own`, { path: BRANCHES });
  if (members.some(({ state }) => state !== 'active')) {
    shared[BRANCHES] = { stage_index: body.results.length, stage, branches: members.map(({ branch, state, value }) => ({ branch, state, value: plain(value, `${stage}.${branch}`) })) };
  }
  return {
    pipeline_name: body.pipeline,
    run_id: writeRunId(body.runId),
    timestamp: new Date(body.takenAt).toISOString(),
    current_stage_index: body.results.length,
    completed_stages: body.results.map(({ name, output, skipped, durationMs }) => ({ name, output: plain(output, name), skipped, duration_ms: Math.round(durationMs) })),
    active_snapshots: members.flatMap(({ branch, run }) => (run === null ? [] : [{ stage_name: stage, branch_name: branch, workflow_snapshot: bodyToReference(run) }])),
    shared_state: shared,
    input: plain(body.input, 'input'),
    current_iteration: 0,
  };
}

/**
 * Read a pipeline's snapshot in the reference's format. Stages are found by name and place when it is resumed.
 *
 * @throws SnapshotVersionMismatchError when a workflow's snapshot is newer than this package, SnapshotError for anything
 * damaged, and for a loop stage that is under way.
 */
export async function pipelineFromReference(source: string | ReferencePipelineSnapshot): Promise<PipelineSnapshot> {
  const record = readForeign(source);
  const results = listOf(record, 'completed_stages').map(readResult);
  if (countOf(record, 'current_stage_index') !== results.length) throw damaged("its 'current_stage_index' does not fit the stages that are done");
  if (countOf(record, 'current_iteration') > 0) throw damaged('a loop stage is under way, which this package does not have');
  const takenAt = timeOf(record);
  const { [BRANCHES]: kept, ...shared } = recordOf(record, 'shared_state');
  const current = readMembers(listOf(record, 'active_snapshots'), kept, results.length);
  const body: PipelineBody = {
    v: PIPELINE_BODY_VERSION,
    pipeline: textOf(record, 'pipeline_name'),
    stages: [...results.map(({ name }) => [name, []] as const), ...current === null ? [] : [[current.stage, current.members.flatMap(({ branch }) => branch ?? [])] as const]],
    partial: true,
    runId: runIdOf(record),
    startedAt: takenAt,
    takenAt,
    input: record['input'] ?? null,
    shared: Object.entries(shared),
    results,
    stageMs: 0,
    members: current?.members ?? null,
    stream: { seq: 0, columns: [] },
  };
  // Through the front door: what was put together from foreign data is checked like everything else.
  return PipelineSnapshot.from(String(await PipelineSnapshot.of(body)));
}

/** What the format holds as it is; nothing is null there. */
function plain(value: unknown, path: string): unknown {
  return value === undefined ? null : toPlainJson(value, path);
}

function readResult(item: unknown): StageResult {
  if (!isRecord(item)) throw damaged("its 'completed_stages' are damaged");
  return { name: textOf(item, 'name'), output: item['output'] ?? null, skipped: item['skipped'] === true, durationMs: countOf(item, 'duration_ms') };
}

/** The workflows of the stage that is under way; null when none is. */
function readMembers(active: readonly unknown[], kept: unknown, index: number): { readonly stage: string; readonly members: readonly MemberRecord[] } | null {
  const runs = active.map((item) => {
    if (!isRecord(item) || !isRecord(item['workflow_snapshot'])) throw damaged("its 'active_snapshots' are damaged");
    const branch = item['branch_name'] ?? null;
    if (branch !== null && typeof branch !== 'string') throw damaged("its 'branch_name' is damaged");
    return { stage: textOf(item, 'stage_name'), member: { branch, state: 'active', value: null, run: referenceToBody(item['workflow_snapshot']) } satisfies MemberRecord };
  });
  // Left over from a stage that has ended since, elsewhere: of no meaning any more.
  const others = isRecord(kept) && kept['stage_index'] === index ? kept : null;
  const stage = runs[0]?.stage ?? (others === null ? null : textOf(others, 'stage'));
  if (stage === null) return null;
  if (runs.some((run) => run.stage !== stage)) throw damaged('more than one stage is under way');
  if (others === null || others['stage'] !== stage) return { stage, members: runs.map(({ member }) => member) };
  const members = listOf(others, 'branches').map((item): MemberRecord => {
    const { branch = null, state, value = null } = isRecord(item) ? item : {};
    if (branch !== null && typeof branch !== 'string') throw damaged('a branch is damaged');
    const run = runs.find(({ member }) => member.branch === branch);
    if (run !== undefined) return run.member;
    if (!STATES.includes(state)) throw damaged(`branch '${branch}' is damaged`);
    return { branch, state: state as MemberState, value, run: null };
  });
  if (runs.some(({ member }) => !members.includes(member))) throw damaged('its branches do not fit one another');
  return { stage, members };
}
