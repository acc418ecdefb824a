// What is needed of Cloudflare's types, so that users need no particular version of them.
import type { DurableObjectSqlStorage } from './durable-object-memory.ts';

/** A WebSocket that an object accepted and that outlives it in memory. */
export interface HibernatingSocket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
}

/** What is needed of the state a Durable Object is made with. */
export interface DurableObjectState {
  readonly storage: DurableObjectSqlStorage & {
    setAlarm(time: number): Promise<void>;
    deleteAlarm(): Promise<void>;
    deleteAll(): Promise<void>;
    get(key: string): Promise<unknown>;
    put(key: string, value: unknown): Promise<void>;
    delete(key: string): Promise<boolean>;
  };
  acceptWebSocket(socket: HibernatingSocket): void;
  getWebSockets(): HibernatingSocket[];
}

/** What is needed of the binding of a Durable Object class. */
export interface DurableObjectNamespace {
  idFromName(name: string): unknown;
  get(id: never): { fetch(url: string, init?: RequestInit): Promise<Response> };
}

/** The client's end of a socket, as a Worker gets it with the response. */
export interface ClientSocket {
  accept(): void;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close' | 'error', listener: () => void): void;
}

/** A new pair of connected sockets: the client's end and the object's. */
export function newSockets(): readonly [ClientSocket, HibernatingSocket] {
  const { WebSocketPair } = globalThis as unknown as { WebSocketPair: new () => Readonly<Record<0 | 1, unknown>> };
  const { 0: client, 1: server } = new WebSocketPair();
  return [client as ClientSocket, server as HibernatingSocket];
}
