/** Milliseconds between two paintings of what streams in. */
const PAUSE_MS = 60;

/** Collects items and hands them on together, so that a busy worker does not make the page render for every message. */
export function batch<Item>(apply: (items: readonly Item[]) => void): { add(item: Item): void; flush(): void } {
  let items: Item[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (items.length === 0) return;
    const ready = items;
    items = [];
    apply(ready);
  };
  return {
    add(item) {
      items.push(item);
      timer ??= setTimeout(flush, PAUSE_MS);
    },
    flush,
  };
}
