import { afterAll, expect } from 'vitest';
import { isBlazenError } from '../../src/base/errors.ts';
import { randomSeed, seededRandom } from './random-documents.ts';

/** Time of the processor, so that what else the machine does does not count. A case that takes longer, three times in a row, counts as hanging. */
const HANG_MS = 100;
const seed = Number(process.env['FUZZ_SEED'] ?? randomSeed());
const totals = { cases: 0, resumed: 0, refused: 0 };
const prototypes = [Object.prototype, Array.prototype, Map.prototype, Function.prototype].map((prototype) => [prototype, Reflect.ownKeys(prototype).length] as const);

export const pick = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

/** Let promise reactions run: more of them than any sample needs to come to rest. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 40; i++) await Promise.resolve();
}

/** Run every case; what is thrown must be typed, and nothing may take long or touch a prototype. */
export async function fuzz(name: string, cases: number, make: (random: () => number) => () => Promise<void>): Promise<void> {
  const counts = { resumed: 0, refused: 0 };
  for (let i = 0; i < cases; i++) {
    const at = (seed + i * 0x9e3779b1 + name.length * 7919) >>> 0;
    const attempt = async (): Promise<number> => {
      const run = make(seededRandom(at));
      const began = process.cpuUsage();
      try {
        await run();
        counts.resumed++;
      } catch (error) {
        if (!isBlazenError(error)) throw new Error(`${name}, FUZZ_SEED=${seed}, case ${i}: ${String(error)}`, { cause: error });
        counts.refused++;
      }
      totals.cases++;
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    let ms = await attempt();
    for (let again = 0; ms > HANG_MS && again < 3; again++) ms = Math.min(ms, await attempt());
    if (ms > HANG_MS) throw new Error(`${name}, FUZZ_SEED=${seed}, case ${i} took ${Math.round(ms)} ms`);
    if (i % 64 === 0) for (const [prototype, keys] of prototypes) if (Reflect.ownKeys(prototype).length !== keys) throw new Error(`${name}, FUZZ_SEED=${seed}, up to case ${i}: a prototype was changed`);
  }
  totals.resumed += counts.resumed;
  totals.refused += counts.refused;
  // Neither of the two for nearly all of them: then the cases would test nothing.
  expect(counts.resumed).toBeGreaterThan(cases / 100);
  expect(counts.refused).toBeGreaterThan(cases / 100);
}

/** Tell how many cases a file has run; call it once. */
export function reportFuzz(): void {
  afterAll(() => {
    console.log(`${totals.cases} damaged snapshots, seed ${seed}: ${totals.resumed} resumed as they say, ${totals.refused} refused`);
  });
}
