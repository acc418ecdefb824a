import { isBlazenError } from '../../base/errors.ts';

/**
 * What a store needs of a Redis or Valkey client: a connected `ioredis` or `redis` (node-redis) client as it is, or a
 * function that sends one command, such as `upstash()` of `blazen-ts/stores/upstash`. Replies are text.
 */
export type RedisClient =
  | { call(command: string, ...args: string[]): Promise<unknown> }
  | { sendCommand(args: string[]): Promise<unknown> }
  | ((args: string[], options?: { readonly signal?: AbortSignal }) => Promise<unknown>);

/** Sends one command. */
export type Send = (args: string[], options?: { readonly signal?: AbortSignal }) => Promise<unknown>;

/** The one form of all clients. */
export function senderOf(client: RedisClient): Send {
  return typeof client === 'function' ? client
    : 'call' in client ? (args) => client.call(...args as [string, ...string[]])
      : (args) => client.sendCommand(args);
}

/** Why a command failed: the server's memory is full, or something else that may pass or not. */
export interface Refusal {
  readonly full: boolean;
  readonly retryable: boolean;
  readonly message: string;
}

/** What the error of a client means. */
export function refusalOf(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  // A refusal starts with a word in capitals; some pass. Anything else is a connection that failed, unless it says otherwise.
  const retryable = /^[A-Z]{2,} /.test(message)
    ? /^(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|NOREPLICAS|READONLY|TRYAGAIN) /.test(message)
    : !isBlazenError(error) || error.retryable;
  return { full: message.startsWith('OOM'), retryable, message: message.slice(0, 200) };
}

/**
 * Runs a script by its hash, which the server is told first and again when it has forgotten it: then it has done
 * nothing, so that sending the call once more is safe.
 */
export class Script {
  readonly #send: Send;
  readonly #source: string;
  /** The server's name for the script. */
  #hash: Promise<string> | null = null;

  constructor(send: Send, source: string) {
    this.#send = send;
    this.#source = source;
  }

  async run(keys: readonly string[], args: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      this.#hash ??= this.#send(['SCRIPT', 'LOAD', this.#source]).then(String);
      const hash = this.#hash;
      try {
        return await this.#send(['EVALSHA', await hash, String(keys.length), ...keys, ...args], options);
      } catch (error) {
        if (this.#hash === hash) this.#hash = null;
        if (attempt === 5 || !refusalOf(error).message.startsWith('NOSCRIPT')) throw error;
      }
    }
  }
}
