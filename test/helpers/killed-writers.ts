import { type ChildProcess, spawn } from 'node:child_process';
import { bundleProgram } from './victims.ts';

/** Bundle the writer program into a folder; gives its path. */
export function buildWriter(folder: string): Promise<string> { return bundleProgram('test/helpers/checkpoint-writer.ts', folder); }

export interface KilledWriters {
  /** Program and arguments of writer number `n`. */
  readonly command: (n: number) => readonly [string, ...string[]];
  /** Writers at the same time. */
  readonly writers: number;
  readonly kills: number;
}

/** Start writers, kill them one after the other with SIGKILL at random moments, and give what they reported. */
export async function killWriters({ command, writers, kills }: KilledWriters): Promise<string[]> {
  const lines: string[] = [];
  const failures: string[] = [];
  let started = 0;
  const start = (): { child: ChildProcess; after: (count: number) => Promise<void>; gone: Promise<void> } => {
    const [program, ...args] = command(started++);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [rest, errors, count] = ['', '', 0];
    let wake = (): void => {};
    child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      count += parts.length;
      wake();
    });
    const gone = new Promise<void>((resolve) => {
      child.on('close', (code, signal) => {
        if (signal !== 'SIGKILL') failures.push(`a writer ended by itself (${code}): ${errors}`);
        count = Infinity;
        wake();
        resolve();
      });
    });
    return {
      child, gone,
      after: (wanted) => new Promise((resolve) => { (wake = () => { if (count >= wanted) resolve(); })(); }),
    };
  };
  const running = Array.from({ length: writers }, start);
  try {
    for (let kill = 0; kill < kills; kill++) {
      const victim = running.shift() as ReturnType<typeof start>;
      // Some acknowledged commits, then anywhere within the next one.
      await victim.after(1 + Math.floor(Math.random() * 30));
      const end = performance.now() + Math.random() * 3;
      while (performance.now() < end);
      victim.child.kill('SIGKILL');
      await victim.gone;
      running.push(start());
    }
  } finally {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.map(({ gone }) => gone));
  }
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return lines;
}
