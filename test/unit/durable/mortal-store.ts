import type { CheckpointStore } from '../../../src/spec/index.ts';

export const settle = async (): Promise<void> => { for (let i = 0; i < 300; i++) await Promise.resolve(); };
export const clockAt = (now: number) => ({ now: () => now, after: () => 0, cancel: () => undefined });

/** A store that never answers again after so many commits: what a dead process sees. `lost`: the last commit took effect. */
export function mortal(inner: CheckpointStore, commits: number, slow: boolean, lost: boolean, died: () => void = () => undefined): CheckpointStore {
  let left = commits;
  return new Proxy(inner, {
    get(target, key) {
      const method = Reflect.get(target, key) as unknown;
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        if (key === 'commit') left--;
        if (left < 0) {
          died();
          return new Promise(() => undefined);
        }
        const answer = (method as (...all: unknown[]) => unknown).apply(target, args);
        if (left === 0 && lost && key === 'commit') return new Promise(() => undefined);
        return slow ? Promise.resolve(answer) : answer;
      };
    },
  });
}
