import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Something a run did outside. */
export interface Effect {
  readonly runId: string;
  readonly label: string;
  readonly key: string;
  readonly at: number;
}

/** Which effect of a run is not answered: the first of its label; before it is made, or after. */
export interface Hold {
  readonly label: string;
  readonly when: 'before' | 'after';
}

/** The outside of runs: it makes and counts what is posted to `/effect`, and can leave a run waiting for its answer. */
export class EffectServer {
  readonly #effects = new Map<string, Effect[]>();
  readonly #holds = new Map<string, Hold>();
  readonly #held = new Set<string>();
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => { body += chunk.toString(); });
    request.on('end', () => this.#make(JSON.parse(body) as Omit<Effect, 'at'>, response));
  });
  #happened = (): void => undefined;

  /** With a slash at the end. */
  async listen(): Promise<string> {
    // A connection that ends while somebody takes it up again would look like an outside that is gone.
    this.#server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => { this.#server.listen(0, '127.0.0.1', resolve); });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** All effects of a run so far, in order. */
  of(runId: string): readonly Effect[] { return this.#effects.get(runId) ?? []; }

  hold(runId: string, hold: Hold): void { this.#holds.set(runId, hold); }

  isHeld(runId: string): boolean { return this.#held.has(runId); }

  /** Resolves when `condition` is true; looked at after each effect. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      (this.#happened = () => { if (condition()) resolve(); })();
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #make(effect: Omit<Effect, 'at'>, response: ServerResponse): void {
    const { runId, label } = effect;
    const hold = this.#holds.get(runId);
    const holds = hold?.label === label && !this.#held.has(runId);
    if (!(holds && hold.when === 'before')) this.#effects.set(runId, [...this.of(runId), { ...effect, at: Date.now() }]);
    if (holds) this.#held.add(runId);
    // The run stands still until its process is killed: also what it does beside the effect that is held.
    if (!this.#held.has(runId) || !this.#holds.has(runId)) response.end();
    this.#happened();
  }

  /** The process is gone: whatever goes on with its runs is answered. */
  release(): void { this.#holds.clear(); }
}
