/** What a module may not touch while it loads: I/O, timers, randomness and the clock. */
const wires: readonly (readonly [owner: () => object, name: string])[] = [
  ...['fetch', 'setTimeout', 'setInterval', 'WebSocket', 'EventSource'].map((name) => [() => globalThis, name] as const),
  [() => crypto, 'getRandomValues'],
  [() => crypto, 'randomUUID'],
  [() => Math, 'random'],
  [() => Date, 'now'],
  [() => performance, 'now'],
];

/** Runs `load` with every wire replaced by one that records its name, and gives the names that were touched. */
export async function touchedWhile(load: () => Promise<unknown>): Promise<string[]> {
  const touched = new Set<string>();
  const restore = wires.map(([owner, name]) => {
    const target = owner() as Record<string, unknown>;
    const original = target[name];
    const own = Object.getOwnPropertyDescriptor(target, name);
    if (typeof original !== 'function') return () => {};
    const call = original as (...args: unknown[]) => unknown;
    Object.defineProperty(target, name, {
      configurable: true,
      writable: true,
      value: function wire(...args: unknown[]): unknown {
        // The runner itself fetches and times the module it loads; only calls from the loaded code count.
        if (fromLoadedCode(new Error().stack)) touched.add(name);
        return new.target ? Reflect.construct(original as never, args) : call.apply(target, args);
      },
    });
    return () => (own === undefined ? delete target[name] : Object.defineProperty(target, name, own));
  });
  try {
    await load();
  } finally {
    for (const undo of restore) undo();
  }
  return [...touched].sort();
}

/** True when the nearest caller of the wire is a file of src/, of a dependency, or a planted one. */
function fromLoadedCode(stack = ''): boolean {
  const caller = stack.split('\n').slice(1).find((line) => !line.includes('tripwires.ts'));
  return caller !== undefined && !/node_modules\/(?:vitest|vite|@vitest|@cloudflare)\/|^\s*at node:|module-runner/.test(caller);
}
