import { createRagServer, type DocumentTable } from './rag-server.ts';

// Of Cloudflare's types only what is used here, so that the example needs no types package.
interface SqlStorage {
  exec(query: string, ...bindings: unknown[]): Iterable<Record<string, unknown>>;
}
interface DurableObjectState {
  readonly storage: { readonly sql: SqlStorage };
}
interface Env {
  readonly LIBRARY: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
}

/** One library: the index in memory, the documents in the object's own SQLite. */
export class Library {
  readonly fetch: (request: Request) => Promise<Response>;

  constructor({ storage: { sql } }: DurableObjectState) {
    sql.exec('CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, text TEXT NOT NULL)');
    const table: DocumentTable = {
      all: () => [...sql.exec('SELECT name, text FROM documents ORDER BY name')].map(({ name, text }) => ({ name: String(name), text: String(text) })),
      get: (name) => {
        const [row] = sql.exec('SELECT text FROM documents WHERE name = ?', name);
        return row === undefined ? null : String(row['text']);
      },
      put: (name, text) => void sql.exec('INSERT OR REPLACE INTO documents (name, text) VALUES (?, ?)', name, text),
    };
    this.fetch = createRagServer(table);
  }
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.LIBRARY.getByName('library').fetch(request),
};
