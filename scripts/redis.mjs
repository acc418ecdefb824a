// Where the redis-server that the store tests start is; undefined when there is none.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @returns {string | undefined} */
export function findRedis() {
  const places = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => [join(folder, 'redis-server'), join(folder, 'valkey-server')]);
  return [process.env.REDIS_SERVER_PATH, ...places].find((path) => {
    try {
      accessSync(path ?? '', constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
