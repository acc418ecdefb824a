import { base64ToBytes, bytesToBase64 } from '../../base/bytes.ts';
import { PersistCorruptError, PersistError, PersistQuotaError } from '../../base/error-classes.ts';
import type {
  CheckpointCommit, CheckpointInput, CheckpointItem, CheckpointPage, CheckpointQuery, CheckpointStatus, CheckpointStore,
  CheckpointSummary, ClaimedCheckpoint, CommitOutcome, InputOutcome, NewCheckpoint, ReleaseOptions, StoredCheckpoint,
} from '../../spec/checkpoint.ts';
import {
  checkBytes, checkCommit, checkCount, checkKey, checkLease, checkLimit, checkNewCheckpoint, checkRelease, isFinalStatus,
} from '../../spec/checkpoint-rules.ts';
import { refusalOf, type RedisClient, Script, type Send, senderOf } from './client.ts';
import { SCRIPT } from './script.ts';

/** Where in Redis the runs lie. */
export interface RedisCheckpointStoreOptions {
  /** Begin of every key. The part in braces keeps all keys on one node of a cluster. Default '{blazen}:'. */
  readonly prefix?: string;
}

/**
 * Runs in Redis or Valkey, for many workers at once; each call is one script, so one round trip and atomic.
 *
 * What is acknowledged survives what the server survives. Only `appendonly yes` with `appendfsync always` loses nothing when
 * the server is killed or the power fails; with `everysec`, its default, the last second or two can be lost: a run then
 * goes on from an earlier commit, and a writer of what was lost is fenced or meets a conflict.
 *
 * The client stays the caller's: `close` leaves it open. A failed connection is a retryable PersistError. A client that
 * repeats commands on its own after a reconnect is harmless, but its `create` and `putInput` may then report their own first
 * attempt as 'exists' and 'already'.
 *
 * @example
 * import { Redis } from 'ioredis';
 * const store = createRedisCheckpointStore(new Redis('redis://127.0.0.1:6379'));
 */
export function createRedisCheckpointStore(client: RedisClient, options: RedisCheckpointStoreOptions = {}): CheckpointStore {
  return new RedisCheckpointStore(client, options);
}

type Facts = readonly (string | null)[];
type State = readonly [facts: Facts, base: string | null, deltas: readonly string[]];
type Inputs = readonly (readonly [id: string, seq: string, data: string])[];

class RedisCheckpointStore implements CheckpointStore {
  readonly capabilities: CheckpointStore['capabilities'] = { persistent: true, shared: true };
  readonly #send: Send;
  readonly #script: Script;
  readonly #prefix: string;

  constructor(client: RedisClient, { prefix = '{blazen}:' }: RedisCheckpointStoreOptions) {
    this.#prefix = prefix;
    this.#send = senderOf(client);
    this.#script = new Script(this.#send, SCRIPT);
  }

  async create(runId: string, run: NewCheckpoint): Promise<'created' | 'exists'> {
    checkNewCheckpoint(runId, run);
    const { workflow, base, now, status = 'running', wakeAt = now, streamSeq = 0 } = run;
    const ended = isFinalStatus(status);
    return await this.#run('create', runId, workflow, status, ended ? '1' : '0', toText(base), String(now), ended ? '' : time(wakeAt), String(streamSeq)) as 'created';
  }

  async claim(runId: string, owner: string, leaseMs: number, now: number): Promise<ClaimedCheckpoint | null> {
    checkKey(owner, 'owner');
    checkLease(leaseMs, now);
    const reply = await this.#run('claim', runId, owner, String(now), String(now + leaseMs)) as [string, State, Inputs] | null;
    return reply && { ...storedOf(runId, reply[1]), fence: Number(reply[0]), inputs: inputsOf(reply[2]) };
  }

  async commit(runId: string, commit: CheckpointCommit): Promise<CommitOutcome> {
    checkCommit(runId, commit);
    const { commitId, fence, version, now, base, delta, status, wakeAt, items = [], consumed = [] } = commit;
    const value = base ?? delta;
    return await this.#run(
      'commit', runId, commitId, String(fence), String(version), String(now), base ? 'base' : delta ? 'delta' : '', value ? toText(value) : '',
      status ?? '', status !== undefined && isFinalStatus(status) ? '1' : '0', wakeAt === undefined ? 'same' : time(wakeAt),
      String(items[0]?.seq ?? 0), String(items.length), ...items.map(({ data }) => toText(data)), ...consumed,
    ) as CommitOutcome;
  }

  async renew(runId: string, fence: number, leaseMs: number, now: number): Promise<boolean> {
    checkLease(leaseMs, now);
    return Number(await this.#run('renew', runId, String(fence), String(now + leaseMs))) === 1;
  }

  async release(runId: string, fence: number, options: ReleaseOptions): Promise<boolean> {
    checkRelease(options);
    const { wakeAt, seenInput } = options;
    return Number(await this.#run('release', runId, String(fence), wakeAt === undefined ? 'same' : time(wakeAt), String(seenInput))) === 1;
  }

  async putInput(runId: string, inputId: string, data: Uint8Array): Promise<InputOutcome> {
    checkKey(inputId, 'inputId');
    checkBytes(data, 'data');
    return await this.#run('input', runId, inputId, toText(data)) as InputOutcome;
  }

  async readInputs(runId: string, afterSeq: number): Promise<CheckpointInput[]> {
    checkCount(afterSeq, 'afterSeq');
    return inputsOf(await this.#run('inputs', runId, String(afterSeq)) as Inputs);
  }

  async due(now: number, limit: number): Promise<string[]> {
    checkCount(now, 'now');
    checkLimit(limit);
    return await guard(() => this.#send(['ZRANGEBYSCORE', `${this.#prefix}due`, '-inf', String(now), 'LIMIT', '0', String(limit)])) as string[];
  }

  async readStream(runId: string, afterSeq: number, limit: number): Promise<CheckpointItem[]> {
    checkCount(afterSeq, 'afterSeq');
    checkLimit(limit);
    const reply = await guard(() => this.#send(['XRANGE', `${this.#prefix}stream:${runId}`, `${afterSeq + 1}-0`, '+', 'COUNT', String(limit)]));
    return (reply as [id: string, fields: [string, string]][]).map(([id, fields]) => ({ seq: Number(id.split('-')[0]), data: toBytes(fields[1], runId) }));
  }

  async read(runId: string): Promise<StoredCheckpoint | null> {
    const state = await this.#run('read', runId) as State;
    return state[1] === null ? null : storedOf(runId, state);
  }

  async status(runId: string): Promise<CheckpointSummary | null> {
    const facts = await this.#run('status', runId) as Facts;
    return facts[0] === null ? null : summaryOf(runId, facts);
  }

  async list({ status, workflow, cursor, limit = 100 }: CheckpointQuery = {}): Promise<CheckpointPage> {
    checkLimit(limit);
    const page = await this.#run('list', '', cursor ?? '0', String(limit)) as [runId: string, place: string, facts: Facts][];
    const runs = page.map(([runId, , facts]) => summaryOf(runId, facts));
    return {
      runs: runs.filter((run) => (status === undefined || run.status === status) && (workflow === undefined || run.workflow === workflow)),
      cursor: page.length < limit ? null : String(page.at(-1)?.[1]),
    };
  }

  async delete(runId: string): Promise<boolean> {
    return Number(await this.#run('delete', runId)) === 1;
  }

  #run(operation: string, runId: string, ...args: string[]): Promise<unknown> {
    const keys = ['run:', 'deltas:', 'stream:', 'inputs:', 'order:', 'seen:'].map((kind) => `${this.#prefix}${kind}${runId}`);
    keys.push(`${this.#prefix}due`, `${this.#prefix}runs`, `${this.#prefix}counters`);
    return guard(() => this.#script.run(keys, [operation, runId, ...args]));
  }
}

async function guard(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (cause) {
    const { full, retryable, message } = refusalOf(cause);
    if (full) throw new PersistQuotaError('Cannot write to Redis: its memory limit is reached', { cause });
    throw new PersistError(`Cannot reach the runs in Redis: ${message}`, { cause, retryable });
  }
}

function time(at: number | null): string {
  return at === null ? '' : String(at);
}

/** Bytes that are UTF-8 text, as most states are, go as that text; others in base64. The first letter says which. */
function toText(bytes: Uint8Array): string {
  try {
    return `t${new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)}`;
  } catch {
    return `b${bytesToBase64(bytes)}`;
  }
}

function toBytes(text: string, runId: string): Uint8Array {
  if (text.startsWith('t')) return new TextEncoder().encode(text.slice(1));
  if (text.startsWith('b')) return base64ToBytes(text.slice(1));
  throw new PersistCorruptError(`Cannot read run ${runId}: a value in Redis is damaged`, { runId });
}

function summaryOf(runId: string, facts: Facts): CheckpointSummary {
  const [workflow, status, version, streamSeq, createdAt, updatedAt, dueAt] = facts as string[];
  return {
    runId, workflow: workflow ?? '', status: status as CheckpointStatus, version: Number(version), streamSeq: Number(streamSeq),
    createdAt: Number(createdAt), updatedAt: Number(updatedAt), dueAt: dueAt === '' ? null : Number(dueAt),
  };
}

function storedOf(runId: string, [facts, base, deltas]: State): StoredCheckpoint {
  return { ...summaryOf(runId, facts), base: toBytes(base ?? '', runId), deltas: deltas.map((delta) => toBytes(delta, runId)) };
}

function inputsOf(inputs: Inputs): CheckpointInput[] {
  return inputs.map(([id, seq, data]) => ({ id, seq: Number(seq), data: toBytes(data, id) }));
}
