import { systemClock } from '../../base/clock.ts';
import { NetworkError, UnsupportedError } from '../../base/error-classes.ts';
import { uuid } from '../../base/id.ts';
import { encodeJson } from '../../base/json-codec.ts';
import type { AnyWorkflow, ReadOptions, StartOptions, StreamItem, WorkflowHost } from '../../durable/index.ts';
import type { EventLike } from '../../events/index.ts';
import type { CheckpointPage, CheckpointSummary, InputOutcome } from '../../spec/checkpoint.ts';
import type { InputOf } from '../../workflow/index.ts';
import type { ClientSocket, DurableObjectNamespace } from './durable-object.ts';
import { OBJECT_URL, readMessage, readResponse } from './run-messages.ts';
import type { RunProblem } from './workflow-object.ts';

/** Where the runs are. */
export interface DurableObjectHostOptions {
  /** The binding of a class made by `workflowObject`. */
  readonly namespace: DurableObjectNamespace;
}

/** What is known about a run in an object. */
export interface DurableObjectRun extends CheckpointSummary {
  /** Absent while all goes well. */
  readonly problem?: RunProblem;
}

type Message = readonly [item: StreamItem, socket: ClientSocket];

/** A client says that it has an item after so many. */
const TELL_AFTER = 256;
const LONGEST_DELAY_MS = 5000;

/** Runs that each live in a Durable Object of their own, as a Worker sees them. */
export class DurableObjectHost implements WorkflowHost {
  readonly #namespace: DurableObjectNamespace;

  constructor({ namespace }: DurableObjectHostOptions) {
    this.#namespace = namespace;
  }

  async start<W extends AnyWorkflow>(workflow: W, input?: InputOf<W>, { runId = uuid() }: StartOptions = {}): Promise<string> {
    await this.#call(runId, 'start', workflow.name, input);
    return runId;
  }

  async deliver(runId: string, requestId: string, response: unknown): Promise<InputOutcome> {
    return await this.#call(runId, 'deliver', requestId, response) as InputOutcome;
  }

  async send(runId: string, event: EventLike, eventId: string = uuid()): Promise<InputOutcome> {
    return await this.#call(runId, 'send', event, eventId) as InputOutcome;
  }

  async abort(runId: string, reason?: string): Promise<void> { await this.#call(runId, 'abort', reason); }

  async pause(runId: string): Promise<void> { await this.#call(runId, 'pause'); }

  async resume(runId: string): Promise<void> { await this.#call(runId, 'resume'); }

  async requests(runId: string): Promise<readonly EventLike[]> { return await this.#call(runId, 'requests') as EventLike[]; }

  async status(runId: string): Promise<DurableObjectRun | null> { return await this.#call(runId, 'status') as DurableObjectRun | null; }

  async result(runId: string): Promise<unknown> {
    for (;;) {
      const answer = await this.#call(runId, 'result') as { readonly result: unknown } | null;
      if (answer !== null) return answer.result;
      // A socket that says nothing until the end lets the object sleep meanwhile.
      for await (const _ of this.#messages(runId, null));
    }
  }

  async *stream(runId: string, from: number = 1, { signal }: ReadOptions = {}): AsyncGenerator<StreamItem, void, undefined> {
    let told = from - 1;
    for await (const [item, socket] of this.#messages(runId, from, signal)) {
      yield item;
      if (item.seq !== null && item.seq - told >= TELL_AFTER) socket.send(String(told = item.seq));
    }
  }

  /**
   * Answer a browser that asks for a WebSocket with the stream of a run, from the item that `from` in the query of its
   * address names (default 1). Messages are JSON: `{ seq, event, published }`; `{ end: status }` as the last;
   * `{ error: { name, message } }` when the run cannot go on for now. When the socket closes without either, connect again
   * from the next number. A reader of more than 1,024 items sends back the number of the last item it has, now and then.
   *
   * @throws RunNotFoundError.
   */
  async connect(runId: string, request: Request): Promise<Response> {
    if (request.headers.get('upgrade') !== 'websocket') return new Response('This address speaks WebSocket', { status: 426, headers: { upgrade: 'websocket' } });
    return this.#open(runId, Number(new URL(request.url).searchParams.get('from') ?? 1));
  }

  /** Not possible: Cloudflare has no list of the objects that are in use. @throws UnsupportedError. */
  list(): Promise<CheckpointPage> {
    return Promise.reject(new UnsupportedError('Cannot list runs in Durable Objects: keep their ids where you start them'));
  }

  /** What an object says until the run ends; goes on with a new socket when one is lost. */
  async *#messages(runId: string, from: number | null, signal?: AbortSignal): AsyncGenerator<Message, void, undefined> {
    for (let delay = 0; !signal?.aborted; delay = Math.min(Math.max(50, 2 * delay), LONGEST_DELAY_MS)) {
      if (delay > 0) await new Promise<void>((resolve) => { systemClock.after(delay, resolve); });
      const response = await this.#open(runId, from);
      const { webSocket: socket } = response as unknown as { readonly webSocket: ClientSocket | null };
      if (socket === null) throw new NetworkError(`Cannot follow run ${runId}: its object answered ${response.status} instead of opening a socket`);
      let ended = false;
      for await (const text of readSocket(socket, signal)) {
        const message = readMessage(text);
        // The object closes the socket now.
        if ((ended = message['end'] !== undefined)) continue;
        const { seq } = message as unknown as StreamItem;
        if (seq !== null) from = seq + 1;
        delay = 0;
        yield [message as unknown as StreamItem, socket];
      }
      if (ended) return;
    }
  }

  async #open(runId: string, from: number | null): Promise<Response> {
    const query = new URLSearchParams({ run: runId, ...(from === null ? undefined : { from: String(from) }) });
    const response = await this.#object(runId).fetch(`${OBJECT_URL}?${query}`, { headers: { upgrade: 'websocket' } });
    if (response.status === 101) return response;
    await readResponse(response);
    return response;
  }

  async #call(runId: string, method: string, ...args: readonly unknown[]): Promise<unknown> {
    return readResponse(await this.#object(runId).fetch(OBJECT_URL, { method: 'POST', body: encodeJson({ runId, method, args }, method) }));
  }

  /** Asked for anew each time: one that failed stays broken. */
  #object(runId: string): ReturnType<DurableObjectNamespace['get']> {
    return this.#namespace.get(this.#namespace.idFromName(runId) as never);
  }
}

/** What comes by a socket until it closes. */
async function* readSocket(socket: ClientSocket, signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
  const received: string[] = [];
  let closed = false;
  let wake = (): void => undefined;
  const close = (): void => {
    closed = true;
    wake();
  };
  socket.addEventListener('message', ({ data }) => {
    received.push(data as string);
    wake();
  });
  socket.addEventListener('close', close);
  socket.addEventListener('error', close);
  signal?.addEventListener('abort', close);
  socket.accept();
  try {
    for (;;) {
      for (let text = received.shift(); text !== undefined; text = received.shift()) yield text;
      if (closed) return;
      await new Promise<void>((resolve) => { wake = resolve; });
    }
  } finally {
    signal?.removeEventListener('abort', close);
    if (!closed) socket.close();
  }
}

/**
 * Durable runs on Cloudflare: each has a Durable Object of its own, made by `workflowObject`.
 *
 * @example
 * // In a Worker: `RUNS` is the binding of the class, in its `env`.
 * const deliver = (RUNS: DurableObjectNamespace, runId: string) => durableObjectHost({ namespace: RUNS }).deliver(runId, 'paid', true);
 */
export function durableObjectHost(options: DurableObjectHostOptions): DurableObjectHost { return new DurableObjectHost(options); }
