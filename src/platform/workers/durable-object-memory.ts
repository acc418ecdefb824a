import { throwIfAborted } from '../../base/abort.ts';
import { sameBytes } from '../../base/bytes.ts';
import { MemoryError, MemoryQuotaError } from '../../base/error-classes.ts';
import { SegmentBackend } from '../../memory/segments/index.ts';
import type { MemoryBackendSpec, SegmentStoreSpec } from '../../spec/memory.ts';

/** What is needed of the storage of a Durable Object with SQLite. */
export interface DurableObjectSqlStorage {
  readonly sql: { exec(query: string, ...values: unknown[]): Iterable<Record<string, unknown>> };
  transactionSync<T>(work: () => T): T;
}

/** Where in the object's database the memory lies. */
export interface DurableObjectMemoryOptions {
  /** Name of the table, letters, digits and underscores, one per memory. Default 'blazen_memory'. */
  readonly table?: string;
}

// Documented limit of a row is 2 MB; the key and SQLite's own bytes need some of it.
const MAX_BYTES = 1_900_000;

/**
 * Keeps a memory in the SQLite database of a Durable Object: every change is one transaction. A full database is a
 * MemoryQuotaError, and what was stored before stays.
 */
export function createDurableObjectMemory(
  storage: DurableObjectSqlStorage, options: DurableObjectMemoryOptions = {},
): MemoryBackendSpec {
  const table = (options.table ?? 'blazen_memory').replaceAll(/\W/g, '_');
  let ready = false;
  const sql = (query: string, ...values: unknown[]): Record<string, unknown>[] => {
    if (!ready) storage.sql.exec(`CREATE TABLE IF NOT EXISTS "${table}" (key TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID`);
    ready = true;
    return [...storage.sql.exec(query, ...values)];
  };
  const read = (key: string): Uint8Array | null => {
    const [row] = sql(`SELECT bytes FROM "${table}" WHERE key = ?`, key);
    return row === undefined ? null : new Uint8Array(row['bytes'] as ArrayBuffer);
  };
  const store: SegmentStoreSpec = {
    kind: 'segments',
    persistent: true,
    // Two memories may live in one object.
    shared: true,
    maxBytes: MAX_BYTES,
    readSegments: async (keys, { signal } = {}) => {
      throwIfAborted(signal, 'Reading the memory');
      return Promise.resolve(guard('read', () => keys.map(read)));
    },
    writeSegments: async (changes, expected, { signal } = {}) => {
      throwIfAborted(signal, 'Writing to the memory');
      return Promise.resolve(guard('write', () => storage.transactionSync(() => {
        if (expected !== undefined && !sameBytes(read(expected.key), expected.bytes)) return false;
        for (const { key, bytes } of changes) {
          if (bytes === null) sql(`DELETE FROM "${table}" WHERE key = ?`, key);
          else sql(`INSERT OR REPLACE INTO "${table}" VALUES (?, ?)`, key, bytes);
        }
        return true;
      })));
    },
    listSegments: async () => Promise.resolve(guard('read', () => sql(`SELECT key FROM "${table}"`).map((row) => String(row['key'])))),
  };
  return new SegmentBackend(store);
}

function guard<T>(action: 'read' | 'write', work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (/SQLITE_FULL/.test(String(cause))) {
      throw new MemoryQuotaError("Cannot write to the memory: the Durable Object's database is full", { cause });
    }
    throw new MemoryError(`Cannot ${action} the memory: the Durable Object's database failed`, { cause });
  }
}
