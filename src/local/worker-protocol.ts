/** An event of a worker or port, as far as the protocol reads it. */
export interface PortEvent {
  readonly type: string;
  /** Of `message` events. */
  readonly data?: unknown;
  /** Of `error` events, where the host tells. */
  readonly message?: string;
  /** Of `error` events: without it Deno ends the whole program. */
  preventDefault?(): void;
}

/**
 * One end of a line that carries structured clones: a Worker, the global scope inside one, or a MessagePort.
 *
 * Events heard: `message`; `error`, `messageerror` and `close` end the line.
 */
export interface PortLike {
  postMessage(message: unknown, transfer: object[]): void;
  addEventListener(type: string, listener: (event: PortEvent) => void): void;
  removeEventListener(type: string, listener: (event: PortEvent) => void): void;
  /** A MessagePort delivers nothing before. */
  start?(): void;
}

/** What a page spawns: a Worker (`terminate`) or a MessagePort (`close`). */
export interface WorkerLike extends PortLike {
  terminate?(): unknown;
  close?(): unknown;
}

/** What a method is handed beside its arguments. */
export interface WorkerCall<Progress = unknown> {
  /** Aborts when the caller gave up; its result is then thrown away. */
  readonly signal: AbortSignal;
  /** Sends a value to the caller's `onProgress`, in order, before the result. */
  progress(this: void, value: Progress): void;
}

/** A method a worker serves: structured clones in, a structured clone out. */
export type WorkerMethod = (args: never, call: WorkerCall<never>) => unknown;

/** The methods of a worker by name. */
export type WorkerMethods = Readonly<Record<string, WorkerMethod>>;

/** An error as it crosses the line. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  /** Classes of our tree it belongs to, most specific first; empty for foreign errors. */
  readonly brands: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: WireError;
}

/** Marks our messages, so that others may share the line; the number is the version of this protocol. */
const MARK = 1;

/** From the page to the worker. */
export type Request =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly args: unknown }
  | { readonly kind: 'cancel'; readonly id: number; readonly error: WireError };

/** From the worker to the page. */
export type Reply =
  | { readonly kind: 'progress'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError };

/** Puts a message of ours on the line. Throws what `postMessage` throws for a value that cannot be cloned. */
export function post(port: PortLike, message: Request | Reply, transfer: readonly object[] = []): void {
  port.postMessage({ blazenWorker: MARK, ...message }, [...transfer]);
}

/** The message when it is one of ours, else null. */
export function readMessage<Message extends Request | Reply>(data: unknown): Message | null {
  if (typeof data !== 'object' || data === null) return null;
  const { blazenWorker, kind, id } = data as Record<string, unknown>;
  return blazenWorker === MARK && typeof kind === 'string' && typeof id === 'number' ? data as Message : null;
}
