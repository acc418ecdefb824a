import { encodeJson } from '../../base/json-codec.ts';
import type { EventLike } from '../../events/index.ts';
import { isFinalStatus } from '../../spec/checkpoint-rules.ts';
import { type DurableObjectState, type HibernatingSocket, newSockets } from './durable-object.ts';
import type { DurableObjectCheckpointStore } from './durable-object-checkpoint-store.ts';
import { errorText } from './run-messages.ts';

/** Items that may be on their way to a client that has not said that it has them. */
const WINDOW = 1024;
const PAGE = 256;

/** Where a client is; kept with its socket while the object sleeps. */
interface Place {
  readonly runId: string;
  /** Number of the last item sent; null for a client that only waits for the end. */
  readonly sent: number | null;
  /** Number of the last item the client says it has. */
  readonly seen: number;
}

/**
 * The sockets through which clients follow a run. Each message is JSON: `{ seq, event, published }`, with `seq: null` for
 * a live event; `{ end: status }` as the last one; `{ error }` when the run cannot go on. A client that reads a long stream
 * sends back numbers of items it has: at most 1,024 are on their way to it.
 */
export class RunSockets {
  readonly #state: DurableObjectState;
  readonly #store: DurableObjectCheckpointStore;

  constructor(state: DurableObjectState, store: DurableObjectCheckpointStore) {
    this.#state = state;
    this.#store = store;
  }

  get open(): boolean { return this.#state.getWebSockets().length > 0; }

  /** Let a client follow the run after item `after`; null for only its end. */
  accept(runId: string, after: number | null): Response {
    const [client, socket] = newSockets();
    this.#state.acceptWebSocket(socket);
    socket.serializeAttachment({ runId, sent: after, seen: after ?? 0 } satisfies Place);
    this.#flush(socket);
    return new Response(null, { status: 101, webSocket: client } as ResponseInit);
  }

  /** A client says which item it has. */
  heard(socket: HibernatingSocket, text: unknown): void {
    const seen = Number(text);
    const place = placeOf(socket);
    // NaN is not greater either.
    if (!(place.sent !== null && seen > place.seen && seen <= place.sent)) return;
    socket.serializeAttachment({ ...place, seen } satisfies Place);
    this.#flush(socket);
  }

  /** A client has gone: answer its goodbye. */
  left(socket: HibernatingSocket): void { close(socket); }

  /** Send everybody what is new in the store. */
  flush(): void {
    for (const socket of this.#state.getWebSockets()) this.#flush(socket);
  }

  /** Send an event that is not kept to those who have everything before it. */
  live(event: EventLike): void {
    const text = encodeJson({ seq: null, event, published: true });
    for (const socket of this.#state.getWebSockets()) {
      const { sent, seen } = placeOf(socket);
      if (sent !== null && sent - seen < WINDOW) send(socket, text);
    }
  }

  /** Tell everybody that the run cannot go on for now. */
  fail(error: unknown): void {
    for (const socket of this.#state.getWebSockets()) {
      finish(socket, errorText(error));
    }
  }

  #flush(socket: HibernatingSocket): void {
    let { runId, sent, seen } = placeOf(socket);
    const run = this.#store.status(runId);
    while (sent !== null && sent < (run?.streamSeq ?? 0) && sent - seen < WINDOW) {
      for (const { seq, data } of this.#store.readStream(runId, sent, Math.min(PAGE, WINDOW - (sent - seen)))) {
        // What is stored is the rest of the message.
        send(socket, `{"seq":${seq},${new TextDecoder().decode(data).slice(1)}`);
        sent = seq;
      }
    }
    if (run !== null && isFinalStatus(run.status) && (sent === null || sent >= run.streamSeq)) finish(socket, JSON.stringify({ end: run.status }));
    else if (sent !== null) socket.serializeAttachment({ runId, sent, seen } satisfies Place);
  }
}

function placeOf(socket: HibernatingSocket): Place {
  return socket.deserializeAttachment() as Place;
}

/** A client that has left is told nothing. */
function send(socket: HibernatingSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // Its `close` is on the way.
  }
}

function finish(socket: HibernatingSocket, text: string): void {
  send(socket, text);
  close(socket);
}

function close(socket: HibernatingSocket): void {
  try {
    socket.close(1000);
  } catch {
    // It is closed.
  }
}
