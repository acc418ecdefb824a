/**
 * The documented `ValkeyBackend`, which connects by itself; apart from the other stores because it loads `redis`. Subpath
 * export `blazen-ts/stores/valkey`.
 *
 * @module
 */
import { MemoryError, UnsupportedError } from '../../base/error-classes.ts';
import { RedisMemory } from './memory-backend.ts';

/** Which memory of the server. */
export interface ValkeyBackendOptions {
  /** One per memory. Default 'blazen-memory'. */
  readonly namespace?: string;
}

interface Connection {
  connect(): Promise<unknown>;
  on(event: 'error', listener: () => void): unknown;
  sendCommand(args: string[]): Promise<unknown>;
  close(): unknown;
}

/** The documented backend in Valkey or Redis: `createRedisMemory` with a connection of its own, which `close` ends. */
export class ValkeyBackend extends RedisMemory {
  readonly #connection: Connection;

  private constructor(connection: Connection, prefix: string) {
    super(connection, { prefix });
    this.#connection = connection;
  }

  /**
   * Connects with the package `redis`, which has to be installed. Over a lost connection calls fail, and it is made anew.
   *
   * @throws MemoryError when the server cannot be reached, UnsupportedError without the package.
   */
  static async connect(url: string, { namespace = 'blazen-memory' }: ValkeyBackendOptions = {}): Promise<ValkeyBackend> {
    const { createClient } = await import('redis').catch((cause: unknown) => {
      throw new UnsupportedError("Cannot connect: the package 'redis' is not installed. Run npm install redis", { cause });
    });
    let connected = false;
    // The first attempt decides; what is lost later comes back by itself.
    const reconnectStrategy = (retries: number): number | false => connected && Math.min(retries * 50, 2000);
    const connection = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy } }) as unknown as Connection;
    // Reported by the call that meets it.
    connection.on('error', () => {});
    try {
      await connection.connect();
      connected = true;
    } catch (cause) {
      // The address stays out of the message: a password may be in it.
      throw new MemoryError('Cannot connect to Valkey', { cause, retryable: true });
    }
    return new ValkeyBackend(connection, `{${namespace}}:`);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
