import { Worker } from 'node:worker_threads';
import type { WhisperEvents, WhisperLibrary, WhisperModule } from '../../local/transcription/index.ts';

/** What the thread tells. */
type Reply =
  | { readonly event: keyof WhisperEvents | 'ready'; readonly args: readonly unknown[] }
  | { readonly id: number; readonly value: number }
  | { readonly id: number; readonly error: string };

// Runs in the thread, where `@transcribe/shout` finds the names of a Web Worker, and in the threads that it starts there.
// Messages that come before it listens wait until it does, and a turn longer: it listens before it is ready.
const BOOT = `
const { parentPort, workerData, Worker: Thread } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.WorkerGlobalScope = class {};
globalThis.name = workerData.name;
globalThis.navigator ??= { hardwareConcurrency: require('node:os').availableParallelism() };
globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
globalThis.Worker = class {
  constructor(url, { name }) {
    this.thread = new Thread(workerData.boot, { eval: true, workerData: { ...workerData, url: String(url), name } });
    this.thread.on('message', (data) => this.onmessage?.({ data }));
    this.thread.on('error', (error) => this.onerror?.({ message: String(error), filename: '', lineno: 0 }));
  }
  postMessage(message, transfer) { this.thread.postMessage(message, transfer); }
  terminate() { void this.thread.terminate(); }
  ref() { this.thread.ref(); }
  unref() { this.thread.unref(); }
};
const early = [];
let listener = (event) => early.push(event);
const listen = (next) => { listener = next; setImmediate(() => { for (const event of early.splice(0)) listener(event); }); };
Object.defineProperty(globalThis, 'onmessage', { configurable: true, get: () => listener, set: listen });
parentPort.on('message', (data) => listener({ data }));
import(workerData.url).then(async ({ default: create }) => {
  if (workerData.name !== '') return;
  const tell = (event) => [event, (...args) => parentPort.postMessage({ event, args: args.map((arg) => arg instanceof Error ? String(arg) : arg) })];
  const module = await create(Object.fromEntries(workerData.events.map(tell)));
  listen(({ data: { id, method, args } }) => {
    try {
      parentPort.postMessage({ id, value: Number(module[method](...args)) });
    } catch (error) {
      parentPort.postMessage({ id, error: String(error) });
    }
  });
  parentPort.postMessage({ event: 'ready', args: [] });
});`;

const EVENTS: readonly (keyof WhisperEvents)[] = ['print', 'printErr', 'onTranscribed', 'onNewSegment', 'onProgress', 'onCanceled', 'onAbort'];
const METHODS = ['FS_createDataFile', 'FS_unlink', 'init', 'transcribe', 'cancel', 'free'] as const;
/** Begins work that ends with one of these. */
const LONG = 'transcribe', ENDS: readonly string[] = ['onTranscribed', 'onCanceled', 'onAbort'];

/**
 * Runs `@transcribe/shout` in a thread of Node, which has no Web Workers: `whisper({ model, lib: whisperThreads })`. Disposing
 * of the model ends the thread and gives all its memory back. An idle model does not keep the process alive.
 */
export const whisperThreads: WhisperLibrary = async (events) => {
  const url = import.meta.resolve('@transcribe/shout');
  const thread = new Worker(BOOT, { eval: true, workerData: { boot: BOOT, url, name: '', events: EVENTS } });
  const calls = new Map<number, { readonly method: string; readonly resolve: (value: number) => void; readonly reject: (error: Error) => void }>();
  let nextId = 1;
  let working = false;
  const settle = (id: number): ReturnType<typeof calls.get> => {
    const call = calls.get(id);
    calls.delete(id);
    return call;
  };
  const rest = (): void => {
    if (calls.size === 0 && !working) thread.unref();
  };
  await new Promise<void>((resolve, reject) => {
    thread.on('message', (reply: Reply) => {
      if ('event' in reply) {
        if (ENDS.includes(reply.event)) working = false;
        if (reply.event === 'ready') resolve();
        else (events[reply.event] as (...args: readonly unknown[]) => void)(...reply.args);
      } else if ('error' in reply) settle(reply.id)?.reject(new Error(reply.error));
      else {
        const call = settle(reply.id);
        if (call?.method === LONG) working = reply.value === 0;
        call?.resolve(reply.value);
      }
      rest();
    });
    const end = (error: Error): void => {
      reject(error);
      for (const call of calls.values()) call.reject(error);
      calls.clear();
      events.onAbort(error);
    };
    thread.on('error', end);
    thread.on('exit', (code) => end(new Error(`The thread of whisper.cpp ended with code ${code}`)));
  });
  const caller = (method: string) => (...args: readonly unknown[]): Promise<number> => new Promise((resolve, reject) => {
    thread.ref();
    calls.set(nextId, { method, resolve, reject });
    thread.postMessage({ id: nextId++, method, args });
  });
  return {
    ...Object.fromEntries(METHODS.map((method) => [method, caller(method)])) as unknown as WhisperModule,
    terminate: () => thread.terminate(),
  };
};
