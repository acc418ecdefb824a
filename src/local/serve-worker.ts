import { AbortedError, SerializationError, UnsupportedError } from '../base/error-classes.ts';
import { decodeError, encodeError } from './worker-error.ts';
import { type PortEvent, type PortLike, post, readMessage, type Reply, type Request, type WorkerMethods } from './worker-protocol.ts';

/** What a method returns to move buffers instead of copying them; made by `withTransfer`. */
export class Transferred {
  readonly value: unknown;
  readonly transfer: readonly object[];

  constructor(value: unknown, transfer: readonly object[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/** The value, with the ArrayBuffers, ports and streams in it that are to be moved to the caller, not copied. */
export function withTransfer<Value>(value: Value, transfer: readonly object[]): Value {
  return new Transferred(value, transfer) as unknown as Value;
}

/** A port, or the global scope of a worker (`self`), which the types of a page take for a window. */
export type WorkerLine = PortLike | typeof globalThis;

/** What is served until `close`. */
export interface WorkerServer {
  /** Stops listening and aborts the calls at work. The worker itself goes on living. */
  close(): void;
}

/**
 * Serves methods to a `createWorkerHost` at the other end of the line.
 *
 * Calls run concurrently; a method may be synchronous or asynchronous. What it throws is rebuilt at the caller with its
 * class. Messages of others on the same line are left alone.
 *
 * @example
 * // In the file of the worker.
 * serveWorker(self, { count: (text: string) => text.split(' ').length });
 */
export function serveWorker(line: WorkerLine, methods: WorkerMethods): WorkerServer {
  const port = line as PortLike;
  const running = new Map<number, AbortController>();

  const reply = (message: Reply, transfer: readonly object[] = []): void => {
    try {
      post(port, message, transfer);
    } catch (cause) {
      const error = new SerializationError(`Cannot send the ${message.kind} of the worker: it holds what cannot be cloned`, { cause });
      post(port, { kind: 'error', id: message.id, error: encodeError(error) });
    }
  };

  const run = async (id: number, name: string, args: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      if (method === undefined) throw new UnsupportedError(`Cannot call '${name}': the worker has no such method`);
      const progress = (value: unknown): void => {
        if (running.has(id)) reply({ kind: 'progress', id, value });
      };
      const result = await method(args as never, { signal: controller.signal, progress });
      if (!running.has(id)) return;
      if (result instanceof Transferred) reply({ kind: 'result', id, value: result.value }, result.transfer);
      else reply({ kind: 'result', id, value: result });
    } catch (error) {
      if (running.has(id)) reply({ kind: 'error', id, error: encodeError(error) });
    } finally {
      running.delete(id);
    }
  };

  const cancel = (id: number, reason: Error): void => {
    const controller = running.get(id);
    running.delete(id);
    controller?.abort(reason);
  };

  const onMessage = ({ data }: PortEvent): void => {
    const message = readMessage<Request>(data);
    if (message?.kind === 'call') void run(message.id, message.method, message.args);
    else if (message?.kind === 'cancel') cancel(message.id, decodeError(message.error));
  };

  port.addEventListener('message', onMessage);
  port.start?.();
  return {
    close() {
      port.removeEventListener('message', onMessage);
      for (const id of running.keys()) cancel(id, new AbortedError('The worker stopped serving'));
    },
  };
}
