import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { runsClient } from '../../src/server/index.ts';

const ITEMS = 150;

/** A server process on the folder: its address, and how to kill it. */
async function start(command: readonly string[], folder: string, port: string): Promise<{ url: string; kill: () => Promise<void> }> {
  const [program, ...args] = command as [string, ...string[]];
  const child: ChildProcess = spawn(program, [...args, folder, port], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  for await (const line of createInterface(child.stdout as NodeJS.ReadableStream)) return { url: line.trim(), kill };
  throw new Error('the server ended before it told its address');
}

/**
 * A client follows a run while its server is killed and started again, `kills` times; then it answers the run's question.
 *
 * @param command program and arguments of the server, before folder and port. @returns the numbers of the items that came,
 * what they counted, and the result.
 */
export async function followThroughKills(command: readonly string[], folder: string, kills: number): Promise<{ seqs: number[]; counted: unknown[]; result: unknown; expected: number[] }> {
  let server = await start(command, folder, '0');
  try {
    const { url } = server;
    const runs = runsClient({ url });
    const runId = await runs.start('count', { to: ITEMS }, { runId: 'r' });
    const seqs: number[] = [];
    const counted: unknown[] = [];
    const result = runs.result(runId);
    let killed = 0;
    for await (const { seq, event } of runs.events(runId)) {
      seqs.push(seq ?? -1);
      if (event.type === 'Counted') counted.push(event['n']);
      if (killed < kills && seqs.length >= (killed + 1) * (ITEMS / (kills + 1))) {
        killed++;
        await server.kill();
        server = await start(command, folder, new URL(url).port);
      }
      if (event.type === 'blazen::InputRequestEvent') {
        await server.kill();
        server = await start(command, folder, new URL(url).port);
        await runs.respond(runId, 'enough', 'yes');
      }
    }
    return { seqs, counted, result: await result, expected: Array.from({ length: ITEMS }, (_, i) => i + 1) };
  } finally {
    await server.kill();
  }
}
