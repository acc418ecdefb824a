import { decodeJson } from '../base/json-codec.ts';
import type { EventLike } from '../events/index.ts';
import type { CheckpointStore } from '../spec/checkpoint.ts';

/** An item of a run's stream. */
export interface StreamItem {
  /** Contiguous within the run; null for a live one (`ctx.live`), which only those see who read at that moment. */
  readonly seq: number | null;
  readonly event: EventLike;
  /** A step published it, in contrast to an event routed inside the run. */
  readonly published: boolean;
}

const PAGE = 256;

/** The items a store holds after number `seq`, in order. */
export async function* storedItems(store: CheckpointStore, runId: string, seq: number): AsyncGenerator<StreamItem & { readonly seq: number }, void, undefined> {
  for (let page = await store.readStream(runId, seq, PAGE); page.length > 0; page = await store.readStream(runId, seq, PAGE)) {
    for (const item of page) {
      seq = item.seq;
      yield { seq, ...decodeJson(new TextDecoder().decode(item.data)) as { event: EventLike; published: boolean } };
    }
  }
}
