import { throwIfAborted } from '../../base/abort.ts';
import { AbortedError, MemoryCorruptError, MemoryError, MemoryQuotaError, ValidationError } from '../../base/error-classes.ts';
import type {
  BackendCallOptions, MemoryBackendSpec, MemoryCapabilities, ScanOptions, ScanPage, StoredEntry, VectorDatabaseSpec, VectorHit, VectorQuery,
} from '../../spec/memory.ts';
import { type Bind, filterSql, holdable } from './filter-sql.ts';

/** What is needed of a Postgres client: a `Pool` or `Client` of `pg`, or a PGlite. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Where in the database the memory lies. */
export interface PgvectorMemoryOptions {
  /** Name of the table, letters, digits and underscores, one per memory. Default 'blazen_memory'. */
  readonly table?: string;
  /** How vectors are compared. Default 'cosine'. */
  readonly metric?: 'cosine' | 'dot' | 'euclidean';
}

/** A backend for a `Memory`, and a database for a `DatabaseMemory`. */
export interface PgvectorMemory extends MemoryBackendSpec, VectorDatabaseSpec {
  readonly capabilities: MemoryCapabilities;
  /**
   * Makes an HNSW index for vectors of that many numbers, at most 2,000. Without one every search compares with every entry
   * of the namespace, which is exact; with one a search may miss some, above all with a filter that lets few through.
   */
  createIndex(dimensions: number): Promise<void>;
}

const OPERATORS = { cosine: ['<=>', 'vector_cosine_ops'], dot: ['<#>', 'vector_ip_ops'], euclidean: ['<->', 'vector_l2_ops'] } as const;
const PAGE = 1024;

/**
 * Keeps a memory in Postgres with pgvector 0.5 or newer, for many processes at once. Each call is one statement: all of it
 * happens, or nothing. The table is made when it is missing; the client stays the caller's: `close` leaves it open.
 *
 * Give it to a `Memory`, which reads it once and ranks in this process, by words too; or, when it has outgrown that, to a
 * `DatabaseMemory`, whose searches and filters run in the database.
 *
 * @example
 * import { PGlite } from '@electric-sql/pglite';
 * import { vector } from '@electric-sql/pglite-pgvector';
 * const memory = new DatabaseMemory(undefined, createPgvectorMemory(new PGlite({ extensions: { vector } })));
 */
export function createPgvectorMemory(client: PostgresClient, options: PgvectorMemoryOptions = {}): PgvectorMemory {
  return new Pgvector(client, options);
}

interface Row {
  readonly seq?: string | number;
  readonly entry: string | null;
  readonly vector?: string | null;
  readonly score?: number;
}

class Pgvector implements PgvectorMemory {
  readonly capabilities: MemoryCapabilities = { persistent: true, shared: true, atomicBatch: true, vectors: true, maxBatch: 1024 };
  readonly #client: PostgresClient;
  readonly #table: string;
  readonly #metric: keyof typeof OPERATORS;
  #ready: Promise<unknown> | null = null;

  constructor(client: PostgresClient, { table = 'blazen_memory', metric = 'cosine' }: PgvectorMemoryOptions) {
    if (!/^[a-z_][a-z0-9_]{0,47}$/i.test(table)) throw new ValidationError(`Cannot use the table '${table}': its name is not 1 to 48 letters, digits and underscores`, { path: 'table' });
    this.#client = client;
    this.#table = table;
    this.#metric = metric;
  }

  async putMany(entries: readonly StoredEntry[], options: BackendCallOptions = {}): Promise<void> {
    if (entries.length === 0) return;
    const latest = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
    const rows = latest.map(({ vector, ...entry }) => ({
      id: key(entry.id), namespace: key(entry.namespace ?? ''), expires_at: entry.expiresAt ?? null,
      metadata: entry.metadata, entry: JSON.stringify(entry), vector: vector === undefined ? null : toText(vector),
    }));
    // Rows in one order everywhere, so that writers of the same ones wait for each other instead of for ever.
    await this.#run('Writing to the memory', options, `
      WITH put AS (
        INSERT INTO "${this.#table}" (key, namespace, metadata, entry, vector, expires_at)
        SELECT sha256(convert_to(id, 'UTF8')), namespace, metadata, entry, vector::vector, expires_at
        FROM jsonb_to_recordset($1::text::jsonb) AS batch(id text, namespace text, metadata jsonb, entry text, vector text, expires_at double precision)
        ORDER BY 1
        ON CONFLICT (key) DO UPDATE SET namespace = EXCLUDED.namespace, metadata = EXCLUDED.metadata, entry = EXCLUDED.entry,
          vector = EXCLUDED.vector, expires_at = EXCLUDED.expires_at
      )
      UPDATE "${this.#table}_revision" SET revision = revision + 1`, [holdable(JSON.stringify(rows))]);
  }

  async getMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<(StoredEntry | null)[]> {
    if (ids.length === 0) return [];
    const rows = await this.#run('Reading the memory', options, `
      SELECT entry, vector::text FROM jsonb_array_elements_text($1::text::jsonb) WITH ORDINALITY AS wanted(id, place)
      LEFT JOIN "${this.#table}" ON key = sha256(convert_to(id, 'UTF8')) ORDER BY place`, [JSON.stringify(ids.map(key))]);
    return rows.map((row) => (row.entry === null ? null : toEntry(row)));
  }

  async deleteMany(ids: readonly string[], options: BackendCallOptions = {}): Promise<number> {
    if (ids.length === 0) return 0;
    const [row] = await this.#run('Writing to the memory', options, `
      WITH found AS (
        SELECT key FROM "${this.#table}"
        WHERE key IN (SELECT sha256(convert_to(id, 'UTF8')) FROM jsonb_array_elements_text($1::text::jsonb) AS wanted(id))
        ORDER BY key FOR UPDATE
      ), gone AS (
        DELETE FROM "${this.#table}" WHERE key IN (SELECT key FROM found) RETURNING 1
      ), counted AS (
        UPDATE "${this.#table}_revision" SET revision = revision + 1 WHERE EXISTS (SELECT 1 FROM gone)
      )
      SELECT count(*)::int AS seq, '' AS entry FROM gone`, [JSON.stringify(ids.map(key))]);
    return Number(row?.seq);
  }

  async scan(options: ScanOptions = {}): Promise<ScanPage> {
    const limit = Math.min(PAGE, Math.max(1, options.limit ?? PAGE));
    const rows = await this.#run('Reading the memory', options, `
      SELECT seq, entry, vector::text FROM "${this.#table}"
      WHERE seq > $1::text::bigint AND ($2::text IS NULL OR namespace = $2::text) ORDER BY seq LIMIT ${limit}`,
    [options.cursor ?? '0', options.namespace === undefined ? null : key(options.namespace)]);
    return { items: rows.map(toEntry), cursor: rows.length < limit ? null : String(rows.at(-1)?.seq) };
  }

  async count(): Promise<number> {
    const [row] = await this.#run('Reading the memory', {}, `SELECT count(*)::int AS seq, '' AS entry FROM "${this.#table}"`, []);
    return Number(row?.seq);
  }

  async revision(): Promise<number> {
    const [row] = await this.#run('Reading the memory', {}, `SELECT revision::text AS seq, '' AS entry FROM "${this.#table}_revision"`, []);
    return Number(row?.seq);
  }

  async query(query: VectorQuery): Promise<VectorHit[]> {
    const values: unknown[] = [toText(query.vector), key(query.namespace), String(query.now)];
    const bind: Bind = (value) => `$${values.push(value)}`;
    const dimensions = query.vector.length;
    const distance = `vector::vector(${dimensions}) ${OPERATORS[this.#metric][0]} $1::text::vector(${dimensions})`;
    const rows = await this.#run('Searching the memory', query, `
      SELECT entry, ${distance} AS score FROM "${this.#table}"
      WHERE namespace = $2::text AND vector_dims(vector) = ${dimensions} AND (expires_at IS NULL OR expires_at > $3::text::double precision)
        AND ${query.filter === null ? 'true' : filterSql(query.filter, bind)}
      ORDER BY ${distance} LIMIT ${query.limit}`, values);
    return rows.map((row) => ({ entry: toEntry(row), score: this.#score(Number(row.score)) }));
  }

  async createIndex(dimensions: number): Promise<void> {
    if (!Number.isSafeInteger(dimensions) || dimensions < 1 || dimensions > 2000) throw new ValidationError('Cannot make the index: pgvector takes 1 to 2,000 dimensions');
    await this.#run('Making the index', {}, `CREATE INDEX IF NOT EXISTS "${this.#table}_${this.#metric}_${dimensions}" ON "${this.#table}"
      USING hnsw ((vector::vector(${dimensions})) ${OPERATORS[this.#metric][1]}) WHERE vector_dims(vector) = ${dimensions}`, []);
  }

  // As a Memory gives them.
  #score(distance: number): number {
    if (this.#metric === 'dot') return -distance;
    return this.#metric === 'euclidean' ? 1 / (1 + distance) : Math.min(1, Math.max(0, 1 - distance));
  }

  async #run(action: string, { signal }: BackendCallOptions, sql: string, values: unknown[]): Promise<readonly Row[]> {
    throwIfAborted(signal, action);
    try {
      this.#ready ??= this.#prepare();
      await this.#ready;
      return (await this.#client.query(sql, values)).rows as readonly Row[];
    } catch (cause) {
      if (cause instanceof AbortedError) throw cause;
      throw problem(cause);
    }
  }

  async #prepare(): Promise<void> {
    const table = this.#table;
    try {
      // One statement, and one process at a time: two that make the same table at once disturb each other.
      await this.#client.query(`DO $$ BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('blazen-ts memory'));
        CREATE EXTENSION IF NOT EXISTS vector;
        CREATE TABLE IF NOT EXISTS "${table}" (key bytea PRIMARY KEY, seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE, namespace text NOT NULL,
          metadata jsonb, entry text NOT NULL, vector vector, expires_at double precision);
        CREATE INDEX IF NOT EXISTS "${table}_namespace" ON "${table}" USING hash (namespace);
        CREATE TABLE IF NOT EXISTS "${table}_revision" (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), revision bigint NOT NULL);
        INSERT INTO "${table}_revision" (revision) VALUES (0) ON CONFLICT DO NOTHING;
      END $$`);
    } catch (error) {
      this.#ready = null;
      throw error;
    }
  }
}

// Postgres has no U+0000 and no half of a character in its texts; JSON writes both as escapes.
function key(id: string): string {
  return JSON.stringify(id).slice(1, -1);
}

function toText(vector: Float32Array): string {
  return `[${vector.join()}]`;
}

function toEntry({ entry: json, vector }: Row): StoredEntry {
  try {
    const entry = JSON.parse(json ?? '') as StoredEntry;
    if (typeof entry.id !== 'string' || typeof entry.text !== 'string') throw new TypeError("It lacks 'id' or 'text'");
    return vector === undefined || vector === null ? entry : { ...entry, vector: Float32Array.from(JSON.parse(vector) as number[]) };
  } catch (cause) {
    throw new MemoryCorruptError('Cannot read the memory in Postgres: an entry is damaged', { cause });
  }
}

function problem(cause: unknown): MemoryError {
  const { code = '', message = String(cause) } = (cause ?? {}) as { code?: string; message?: string };
  if (code === '53100') return new MemoryQuotaError('Cannot write to Postgres: its disk is full', { cause });
  // Five letters are the database's own word: connections, resources, conflicts and restarts pass. Others are the driver's.
  const retryable = !/^[0-9A-Z]{5}$/.test(code) || /^(08|40|53|57P|55P)/.test(code);
  return new MemoryError(`Cannot use the memory in Postgres: ${message.slice(0, 200)}`, { cause, retryable });
}
