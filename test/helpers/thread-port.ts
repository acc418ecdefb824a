import type { MessagePort, Worker } from 'node:worker_threads';
import type { PortEvent, WorkerLike } from '../../src/local/index.ts';

type Listener = (event: PortEvent) => void;

/** A Worker or MessagePort of node:worker_threads with the events of the web. */
export function portOf(thread: Worker | MessagePort): WorkerLike {
  const wrapped = new Map<Listener, (value: unknown) => void>();
  return {
    postMessage: (message, transfer) => thread.postMessage(message, transfer as ArrayBuffer[]),
    addEventListener(type, listener) {
      const listen = (value: unknown): void => listener({ type, data: value, message: value instanceof Error ? value.message : '' });
      wrapped.set(listener, listen);
      thread.on(type === 'close' && 'terminate' in thread ? 'exit' : type, listen);
    },
    removeEventListener(type, listener) {
      thread.off(type === 'close' && 'terminate' in thread ? 'exit' : type, wrapped.get(listener) ?? (() => undefined));
    },
    ...('terminate' in thread ? { terminate: () => thread.terminate() } : { close: () => thread.close() }),
  };
}
