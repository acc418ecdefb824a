import type { EventLike, WorkflowEvent } from '../events/index.ts';
import { Feed } from '../workflow/feed.ts';
import type { Run } from '../workflow/run.ts';

/** Where the stream of an inner run goes on. */
export interface Outlet {
  /** False: the slowest outer reader is a whole buffer behind. */
  show(event: WorkflowEvent, published: boolean): boolean;
  live(event: WorkflowEvent): void;
  drained(): Promise<void>;
}

/** The stream of a run inside another: what it shows, the outer one shows at once, so its readers' pace is passed on too. */
class Relay extends Feed<WorkflowEvent> {
  readonly #outlet: Outlet;

  constructor(inner: Feed<WorkflowEvent>, outlet: Outlet) {
    super(inner.capacity, inner.width, inner.lost);
    this.columns = inner.columns;
    this.seq = inner.seq;
    this.#outlet = outlet;
  }

  override added(): boolean {
    const [event, published] = this.columns.slice(-this.width) as [WorkflowEvent, boolean];
    const inner = super.added();
    return this.#outlet.show(event, published) && inner;
  }

  override live(event: WorkflowEvent): void {
    super.live(event);
    this.#outlet.live(event);
  }

  override async drained(): Promise<void> {
    await super.drained();
    await this.#outlet.drained();
  }
}

/** Show everything a run will show elsewhere too. Call it before the run's first step. */
export function relay(run: Run, outlet: Outlet): void {
  if (run.stream !== null) (run as { stream: Feed<WorkflowEvent> }).stream = new Relay(run.stream, outlet);
}

/** Field that names the steps an event of an inner workflow came through. */
const PATH = 'blazen::path';

/** The steps of outer workflows that an event of an inner one came through, outermost first; empty for a run's own events. */
export function pathOf(event: { readonly type: string }): readonly string[] {
  const path = (event as EventLike)[PATH];
  return Array.isArray(path) ? path as string[] : [];
}

/** The event as the outer workflow shows it. */
export function withPath(event: EventLike, path: readonly string[]): EventLike {
  return { ...event, [PATH]: [...path, ...pathOf(event)] };
}
