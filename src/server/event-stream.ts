import type { Clock } from '../base/clock.ts';
import { encodeJson } from '../base/json-codec.ts';
import type { StreamItem, WorkflowHost } from '../durable/index.ts';
import { outcomeOf } from './outcome.ts';

/** Silence after which a comment is sent, so that proxies keep the connection. */
const HEARTBEAT_MS = 15_000;
const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' };

/**
 * The stream of a run as server-sent events: unnamed ones with an item each and its number as `id`, then one named `end`
 * with the outcome. Nothing is read ahead of a slow reader, and one that leaves does not touch the run. A stream that
 * ends without `end` broke off: come again with Last-Event-ID.
 *
 * @param from number of the first item wanted.
 */
export function eventStream(host: WorkflowHost, runId: string, from: number, clock: Clock): Response {
  const left = new AbortController();
  const items = host.stream(runId, from, { signal: left.signal });
  const encoder = new TextEncoder();
  let wake = (): void => undefined;
  let awaited = false;
  let next: Frame | null = null;

  const read = async (): Promise<Frame> => {
    const { value, done } = await items.next();
    if (done !== true) return { text: frameOf(value), last: false };
    const outcome = left.signal.aborted ? null : await outcomeOf(host, runId);
    return { text: outcome === null ? '' : `event: end\ndata: ${encodeJson(outcome, 'outcome')}\n\n`, last: true };
  };
  /** The next frame; a comment while it is awaited. */
  const take = (): Frame => {
    if (next === null) return { text: ':\n\n', last: false };
    const frame = next;
    next = null;
    awaited = false;
    return frame;
  };

  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!awaited) {
        awaited = true;
        // What fails here breaks the stream off; the reader comes again.
        void read().catch((): Frame => ({ text: '', last: true })).then((frame) => {
          next = frame;
          wake();
        });
      }
      if (next === null) {
        await new Promise<void>((resolve) => {
          const timer = clock.after(HEARTBEAT_MS, resolve);
          wake = () => {
            clock.cancel(timer);
            resolve();
          };
        });
      }
      if (left.signal.aborted) return;
      const { text, last } = take();
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (last) controller.close();
    },
    cancel() {
      left.abort();
      wake();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: HEADERS });
}

interface Frame { readonly text: string; readonly last: boolean }

function frameOf(item: StreamItem): string {
  return `${item.seq === null ? '' : `id: ${item.seq}\n`}data: ${encodeJson(item, 'event')}\n\n`;
}
