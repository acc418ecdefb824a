// The floor: about the least code that is still an event-driven workflow engine. A map from event type to handlers,
// one first-in-first-out queue per run, asynchronous handlers, stop, stream, input from outside, stall detection.
// It has no state, retries, timeouts, cancellation, log or snapshot, so no real engine can reach it.

class EventStream {
  #items = [];
  #head = 0;
  #wake = null;
  #closed = false;
  push(value) {
    if (this.#wake === null) { this.#items.push(value); return; }
    const wake = this.#wake;
    this.#wake = null;
    wake({ value, done: false });
  }
  close() {
    this.#closed = true;
    this.#wake?.({ value: undefined, done: true });
  }
  next() {
    if (this.#head < this.#items.length) {
      const value = this.#items[this.#head];
      this.#items[this.#head++] = undefined;
      if (this.#head === this.#items.length) { this.#items = []; this.#head = 0; }
      return Promise.resolve({ value, done: false });
    }
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => { this.#wake = resolve; });
  }
  [Symbol.asyncIterator]() { return this; }
}

class Run {
  queue = [];
  head = 0;
  inFlight = 0;
  draining = false;
  ended = false;
  waiting = null;
  stream = null;
  constructor(handlers, data) {
    this.handlers = handlers;
    this.result = new Promise((resolve, reject) => { this.resolve = resolve; this.reject = reject; });
    this.queue.push({ type: 'start', data });
    queueMicrotask(() => this.drain());
  }
  events() { return (this.stream ??= new EventStream()); }
  write(event) { this.stream?.push(event); }
  input(id) { return new Promise((resolve) => { (this.waiting ??= new Map()).set(id, resolve); }); }
  respond(id, value) { const resolve = this.waiting.get(id); this.waiting.delete(id); resolve(value); }
  accept(output) {
    if (output === null || output === undefined) return;
    if (Array.isArray(output)) for (const event of output) this.queue.push(event);
    else this.queue.push(output);
  }
  end(failed, value) {
    if (this.ended) return;
    this.ended = true;
    this.queue.length = 0;
    this.stream?.close();
    if (failed) this.reject(value); else this.resolve(value);
  }
  call(handler, event) {
    try {
      const output = handler(event, this);
      if (typeof output?.then !== 'function') { this.accept(output); return; }
      this.inFlight++;
      output.then((events) => {
        this.inFlight--;
        this.accept(events);
        this.drain();
      }, (error) => this.end(true, error));
    } catch (error) { this.end(true, error); }
  }
  drain() {
    if (this.draining || this.ended) return;
    this.draining = true;
    while (this.head < this.queue.length && !this.ended) {
      const event = this.queue[this.head];
      this.queue[this.head++] = undefined;
      if (event.type === 'stop') { this.end(false, event.data); break; }
      const handlers = this.handlers.get(event.type);
      if (handlers !== undefined) for (const handler of handlers) this.call(handler, event);
    }
    // Emptying the list at once would give its memory back each time; cutting off the used half now and then is cheaper.
    if (this.head > 1_000 && this.head * 2 > this.queue.length) { this.queue.splice(0, this.head); this.head = 0; }
    this.draining = false;
    if (!this.ended && this.inFlight === 0 && this.head === this.queue.length) this.end(true, new Error('stalled'));
  }
}

export class Flow {
  #handlers = new Map();
  on(type, handler) {
    const list = this.#handlers.get(type);
    if (list === undefined) this.#handlers.set(type, [handler]); else list.push(handler);
    return this;
  }
  run(data) { return new Run(this.#handlers, data); }
}
