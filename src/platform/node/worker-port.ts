/** An event as the web has it. */
interface PortEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly message?: string;
}

type Listener = (event: PortEvent) => void;

/** A Worker (`terminate`) or MessagePort (`close`) of `node:worker_threads`; described here so that nobody needs types of Node. */
export interface ThreadLike {
  postMessage(message: unknown, transfer?: readonly never[]): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  terminate?(): unknown;
  close?(): unknown;
}

/** A thread with the events of a Worker of the web. */
export interface ThreadPort {
  postMessage(message: unknown, transfer: object[]): void;
  addEventListener(type: string, listener: Listener): void;
  removeEventListener(type: string, listener: Listener): void;
  terminate?(): unknown;
  close?(): unknown;
}

/**
 * A Worker or MessagePort of `node:worker_threads` for `createWorkerHost`, `createWorkerMemory`, `serveWorker` and
 * `serveMemory`, which speak to the Workers of the web.
 *
 * @example
 * import * as threads from 'node:worker_threads';
 * const memory = createWorkerMemory({ spawn: () => threadPort(new threads.Worker(new URL('./memory-worker.js', import.meta.url))) });
 */
export function threadPort(thread: ThreadLike): ThreadPort {
  // One listener may hear several kinds of events.
  const wrapped = new Map<string, Map<Listener, (value: unknown) => void>>();
  const nameOf = (type: string): string => (type === 'close' && 'terminate' in thread ? 'exit' : type);
  return {
    postMessage: (message, transfer) => thread.postMessage(message, transfer as never[]),
    addEventListener(type, listener) {
      const listen = (value: unknown): void => listener({ type, data: value, message: value instanceof Error ? value.message : '' });
      let ofType = wrapped.get(type);
      if (ofType === undefined) wrapped.set(type, ofType = new Map());
      ofType.set(listener, listen);
      thread.on(nameOf(type), listen);
    },
    removeEventListener(type, listener) {
      const listen = wrapped.get(type)?.get(listener);
      if (listen !== undefined) thread.off(nameOf(type), listen);
    },
    ...('terminate' in thread ? { terminate: () => thread.terminate?.() } : { close: () => thread.close?.() }),
  };
}
