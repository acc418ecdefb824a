/** One version of a value, and the version before it while somebody may still read that. */
export interface Cell {
  version: number;
  value: unknown;
  previous: Cell | null;
}

/**
 * State of a run as multi-version cells. An execution's frozen view is a version number, so freezing and writing are
 * O(1) and copy nothing; a chain is never longer than the executions in flight.
 */
export type Cells = Map<string, Cell>;

/** The value of `key` as it was at `version`; null when there was none. */
export function readAt(cells: Cells | null, key: string, version: number): unknown {
  let cell: Cell | null | undefined = cells?.get(key);
  while (cell && cell.version > version) cell = cell.previous;
  return cell?.value ?? null;
}

/** Write `key` at `version`; `newestView` is the newest version that somebody still reads, -1 when nobody does. */
export function writeAt(cells: Cells, key: string, value: unknown, version: number, newestView: number): void {
  const cell = cells.get(key);
  if (cell && newestView < cell.version) {
    // No open view sees the newest value: replace it instead of growing the chain.
    cell.version = version;
    cell.value = value;
    if (newestView < 0) cell.previous = null;
  } else {
    cells.set(key, { version, value, previous: cell ?? null });
  }
}
