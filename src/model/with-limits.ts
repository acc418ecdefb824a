import { abortError } from '../base/abort.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import type { ChatModelSpec, CompletionRequest, StreamPart } from '../spec/completion.ts';
import { ChatModel } from './chat-model.ts';
import { countMessageTokens } from './tokens.ts';

/** How much may be asked at once and per minute. Requests beyond wait their turn, in order. */
export interface Limits {
  /** Requests at the same time. Default no limit. */
  readonly concurrency?: number;
  readonly requestsPerMinute?: number;
  /** Input and output; a request counts as its estimate until its usage is known. */
  readonly tokensPerMinute?: number;
  readonly clock?: Clock;
}

const MINUTE_MS = 60_000;

/** A model that keeps to the given limits. A stream holds its place until it ends or its reader leaves. */
export function withLimits(model: ChatModelSpec, limits: Limits): ChatModel {
  const gate = new Gate(limits);
  return new ChatModel({
    provider: model.provider, modelId: model.modelId,
    async doComplete(request) {
      const ticket = await gate.enter(request);
      try {
        const result = await model.doComplete(request);
        ticket.tokens = result.usage?.totalTokens ?? ticket.tokens;
        return result;
      } finally {
        gate.leave();
      }
    },
    async* doStream(request): AsyncGenerator<StreamPart> {
      const ticket = await gate.enter(request);
      try {
        for await (const part of model.doStream(request)) {
          if (part.type === 'usage') ticket.tokens = part.usage.totalTokens;
          yield part;
        }
      } finally {
        gate.leave();
      }
    },
  });
}

/** A started request: when, and how many tokens it takes. */
interface Ticket { readonly at: number; tokens: number }
interface Waiter { readonly tokens: number; readonly admit: (ticket: Ticket) => void }

/** Lets requests in, in order, as the limits allow. */
class Gate {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #queue: Waiter[] = [];
  /** Requests of the last minute. */
  #recent: Ticket[] = [];
  #running = 0;
  #timer: unknown;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#clock = limits.clock ?? systemClock;
  }

  enter(request: CompletionRequest): Promise<Ticket> {
    const { signal } = request;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal, 'The completion'));
      const stop = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        reject(abortError(signal as AbortSignal, 'The completion'));
        this.#admit();
      };
      const waiter: Waiter = {
        tokens: this.#limits.tokensPerMinute === undefined ? 0 : countMessageTokens(request.messages) + (request.maxTokens ?? 0),
        admit: (ticket) => {
          signal?.removeEventListener('abort', stop);
          resolve(ticket);
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#queue.push(waiter);
      this.#admit();
    });
  }

  leave(): void {
    this.#running--;
    this.#admit();
  }

  #admit(): void {
    this.#clock.cancel(this.#timer);
    const { concurrency = Infinity } = this.#limits;
    while (this.#queue.length > 0 && this.#running < concurrency) {
      const waiter = this.#queue[0] as Waiter;
      const waitMs = this.#waitMs(waiter.tokens);
      if (waitMs > 0) {
        this.#timer = this.#clock.after(waitMs, () => this.#admit());
        return;
      }
      this.#queue.shift();
      this.#running++;
      const ticket: Ticket = { at: this.#clock.now(), tokens: waiter.tokens };
      this.#recent.push(ticket);
      waiter.admit(ticket);
    }
  }

  /** How long until a request of so many tokens fits into the last minute. */
  #waitMs(tokens: number): number {
    const now = this.#clock.now();
    const { requestsPerMinute = Infinity, tokensPerMinute = Infinity } = this.#limits;
    this.#recent = this.#recent.filter(({ at }) => at > now - MINUTE_MS);
    let used = this.#recent.reduce((sum, ticket) => sum + ticket.tokens, 0);
    let gone = 0;
    // Count on the oldest requests leaving the minute, as many as it takes. One that is larger than the limit goes alone.
    for (; gone < this.#recent.length; gone++) {
      if (this.#recent.length - gone < requestsPerMinute && used + tokens <= tokensPerMinute) break;
      used -= (this.#recent[gone] as Ticket).tokens;
    }
    return gone === 0 ? 0 : (this.#recent[gone - 1] as Ticket).at + MINUTE_MS - now;
  }
}
