// Ten processes add notes to one Redis at the same time, one more is killed, another finds what they wrote.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from '../../scripts/redis.mjs';
import { root, runCommand } from '../../scripts/run-command.mjs';

const program = findRedis();
if (program === undefined) throw new Error('redis-server is missing: run node scripts/ensure-host.mjs');
const folder = mkdtempSync(join(tmpdir(), 'notes-'));
const socket = join(folder, 'redis.sock');
// A socket in a folder of its own: no port to choose, nobody else can reach it.
const server = spawn(program, ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', ''], { stdio: ['ignore', 'pipe', 'inherit'] });
const notes = join(root, 'examples/shared-memory/notes.mjs');
const env = { ...process.env, REDIS_URL: socket };
const run = (/** @type {string[]} */ ...args) => runCommand(process.execPath, [notes, ...args], { cwd: root, env });

try {
  for await (const chunk of server.stdout) if (/ready to accept connections/i.test(String(chunk))) break;
  const places = ['the harbour office', 'the lamp room', 'the boat shed', 'the ice house', 'the net loft'];
  const adding = places.flatMap((place, i) => ['key', 'ladder'].map((thing) => run('add', `${thing}-${i}`, `The ${thing} hangs in ${place}.`)));
  const killed = spawn(process.execPath, [notes, 'add', 'half', 'This one may be there or not.'], { cwd: root, env, stdio: 'ignore' });
  const gone = once(killed, 'close');
  killed.kill('SIGKILL');
  await Promise.all([...adding, gone]);
  const found = await run('find', 'where is the ladder of the ice house');
  assert.match(found.split('\n')[0] ?? '', /^\d\.\d\d ladder-3: The ladder hangs in the ice house\.$/);
  assert.match(await run('add', 'tea', 'Tea is in the lamp room.'), /^1[12] notes\n$/);
  assert.match(await run('find', 'tea'), /^\d\.\d\d tea: /);
  console.log(`ten processes added notes at once; the eleventh found ${found.split('\n')[0]}`);
} finally {
  const closed = once(server, 'close');
  server.kill('SIGKILL');
  await closed;
  rmSync(folder, { recursive: true, force: true });
}
