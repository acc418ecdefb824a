import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { type RedisServer, startRedis } from './redis-server.ts';
import { workplace } from './victims.ts';

const nodeClient = (port: number) => createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: 20 } });

/** A server in a folder of its own, and a client of each kind, which finds it again after it was killed. */
export interface RedisClients {
  readonly folder: string;
  readonly server: RedisServer;
  readonly io: Redis;
  readonly node: ReturnType<typeof nodeClient>;
  close(): Promise<void>;
}

export async function connectRedis(): Promise<RedisClients> {
  const { folder, remove } = await workplace('redis');
  // With everysec a killed server can lose what it had acknowledged: it puts writes off while the disk is busy.
  const server = await startRedis(folder, '--appendfsync', 'always');
  const io = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 20 });
  const node = nodeClient(server.port);
  for (const client of [io, node]) client.on('error', () => {});
  await node.connect();
  return {
    folder, server, io, node,
    async close() {
      io.disconnect();
      node.destroy();
      await server.kill();
      await remove();
    },
  };
}
