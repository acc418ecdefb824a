import { abortError, throwIfAborted } from '../../base/abort.ts';
import { Channel } from '../../base/channel.ts';
import { delay } from '../../base/delay.ts';
import { AbortedError, LocalModelError, TimeoutError } from '../../base/error-classes.ts';
import { BlazenError } from '../../base/errors.ts';
import { ResultAssembler } from '../../model/index.ts';
import type { ChatModelSpec, CompletionRequest, CompletionResult, FinishReason, StreamPart, TokenUsage } from '../../spec/completion.ts';
import { TextUntil, ThoughtSplitter } from './answer-text.ts';
import { ToolCallWriter } from './tool-calls.ts';
import { SchemaToolCalls, offeredTools } from './tool-schema.ts';
import { TaggedToolCalls } from './tool-tags.ts';

/** How an answer ended. */
export interface Generated {
  readonly finishReason: FinishReason;
  readonly rawFinishReason?: string;
  readonly usage?: TokenUsage;
}

/** What a runtime gets with a request. */
export interface Generation {
  /** Aborts when nobody wants more of the answer. */
  readonly signal: AbortSignal;
  /** Takes the next piece of the answer, as the model wrote it. */
  readonly write: (text: string) => void;
}

/** A runtime with a loaded model: one answer at a time, from a request to text. */
export interface ChatEngine {
  readonly provider: string;
  readonly modelId: string;
  /** How the model writes the calls of tools: in an object that follows `toolSchema`, or in tags, as its template asks for. */
  readonly toolForm: 'schema' | 'tags';
  /** Resolves at the end of the answer. Ends soon after the signal aborts, in any way. @throws errors of the tree */
  generate(request: CompletionRequest, generation: Generation): Promise<Generated>;
  dispose(): Promise<void>;
}

interface Call {
  readonly giveUp: (error: BlazenError) => void;
  readonly interrupt: () => void;
}

/** The requests of one loaded model: one after the other, each abortable at once, none able to harm the next. */
export class LocalCalls implements ChatModelSpec {
  readonly provider: string;
  readonly modelId: string;
  /** Resolves when the GPU or the worker under the model went away. */
  readonly lost: Promise<LocalModelError>;
  readonly #engine: ChatEngine;
  readonly #open = new Set<Call>();
  #turn: Promise<void> = Promise.resolve();
  /** Why no request is taken any more. */
  #gone: BlazenError | undefined;
  #disposed: Promise<void> | undefined;
  #lose: (error: LocalModelError) => void = () => undefined;

  constructor(engine: ChatEngine) {
    this.#engine = engine;
    this.provider = engine.provider;
    this.modelId = engine.modelId;
    this.lost = new Promise((resolve) => { this.#lose = resolve; });
  }

  async doComplete(request: CompletionRequest): Promise<CompletionResult> {
    const assembler = new ResultAssembler();
    for await (const part of this.doStream(request)) assembler.add(part);
    return assembler.result(this.modelId, request.metadata);
  }

  async* doStream(request: CompletionRequest): AsyncGenerator<StreamPart, void, undefined> {
    const action = `The answer of '${this.modelId}'`;
    const { signal, timeouts } = request;
    throwIfAborted(signal, action);
    if (this.#gone !== undefined) throw this.#gone;

    const parts = new Channel<StreamPart>();
    const answer = new Answer(request, this.#engine.toolForm, (part) => parts.push(part));
    const controller = new AbortController();
    let interrupted = false;
    const call: Call = {
      giveUp: (error) => {
        parts.end(error);
        controller.abort(error);
      },
      interrupt: () => {
        interrupted = true;
        controller.abort(new AbortedError(`${action} was interrupted`));
      },
    };
    const abort = (): void => call.giveUp(abortError(signal as AbortSignal, action));
    signal?.addEventListener('abort', abort, { once: true });
    const timer = timeouts?.totalMs ? setTimeout(() => call.giveUp(new TimeoutError(`${action} took longer than ${timeouts.totalMs} ms`)), timeouts.totalMs) : undefined;
    const waits = this.#open.size > 0;
    this.#open.add(call);

    // The next answer begins when this one has really ended, whatever became of it; nothing in the chain rejects.
    this.#turn = this.#turn.then(async () => {
      try {
        // The answer before may have let nothing else happen: what came meanwhile, such as the end of a time limit, counts.
        if (waits) await delay(0);
        if (this.#gone !== undefined) throw this.#gone;
        if (!controller.signal.aborted) answer.finish(await this.#generate(request, answer, controller));
      } catch (error) {
        if (!interrupted) return parts.end(this.#typed(error));
      }
      if (interrupted) answer.finish({ finishReason: 'other', rawFinishReason: 'interrupted' });
      parts.end();
    });
    try {
      yield { type: 'start', model: this.modelId, toolCalls: [] };
      yield* parts;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#open.delete(call);
      controller.abort(new AbortedError(`${action} is not read any more`));
    }
  }

  /** Ends the answers in flight with what they have. */
  interrupt(): void {
    for (const call of this.#open) call.interrupt();
  }

  dispose(): Promise<void> {
    this.#gone = new LocalModelError(`Cannot use '${this.modelId}': it was disposed of`, { problem: 'disposed', fix: 'Load the model again' });
    for (const call of this.#open) call.giveUp(new AbortedError(`The answer of '${this.modelId}' was stopped: the model is disposed of`));
    return this.#disposed ??= this.#engine.dispose();
  }

  async #generate(request: CompletionRequest, answer: Answer, controller: AbortController): Promise<Generated> {
    const ended = new AbortController();
    const stop = (): void => ended.abort(controller.signal.reason);
    controller.signal.addEventListener('abort', stop, { once: true });
    const write = (text: string): void => {
      if (!ended.signal.aborted && answer.push(text)) ended.abort(new AbortedError('A stop text was met'));
    };
    try {
      const generated = await this.#engine.generate(request, { signal: ended.signal, write });
      return answer.stopped ? { ...generated, finishReason: 'stop' } : generated;
    } catch (error) {
      if (answer.stopped) return { finishReason: 'stop' };
      throw error;
    } finally {
      controller.signal.removeEventListener('abort', stop);
    }
  }

  #typed(error: unknown): BlazenError {
    if (error instanceof LocalModelError && error.problem === 'device-lost') {
      this.#gone ??= error;
      this.#lose(error);
    }
    if (error instanceof BlazenError) return error;
    return new LocalModelError(`'${this.modelId}' failed: ${error instanceof Error ? error.message : String(error)}`, {
      problem: 'failed', fix: 'Try again; if that does not help, dispose of the model and load it again', cause: error,
    });
  }
}

/** The way of a model's text to the parts of a stream. */
class Answer {
  readonly #emit: (part: StreamPart) => void;
  readonly #stop: TextUntil;
  readonly #thoughts: ThoughtSplitter;
  readonly #calls: ToolCallWriter;
  readonly #reader: { push(text: string): void; end(): void } | undefined;
  #finished = false;

  constructor(request: CompletionRequest, toolForm: ChatEngine['toolForm'], emit: (part: StreamPart) => void) {
    this.#emit = emit;
    this.#calls = new ToolCallWriter(emit);
    const text = (delta: string): void => emit({ type: 'text', delta, toolCalls: [] });
    const Reader = toolForm === 'schema' ? SchemaToolCalls : TaggedToolCalls;
    this.#reader = offeredTools(request).length > 0 ? new Reader(text, this.#calls) : undefined;
    this.#thoughts = new ThoughtSplitter((thought) => emit({ type: 'reasoning', text: thought, toolCalls: [] }), (answer) => (this.#reader ? this.#reader.push(answer) : text(answer)));
    this.#stop = new TextUntil(typeof request.stop === 'string' ? [request.stop] : request.stop ?? []);
  }

  get stopped(): boolean { return this.#stop.found !== undefined; }

  /** True when a stop text was met. */
  push(text: string): boolean {
    const shown = this.#stop.push(text);
    if (shown !== '') this.#thoughts.push(shown);
    return this.stopped;
  }

  finish({ finishReason, rawFinishReason, usage }: Generated): void {
    if (this.#finished) return;
    this.#finished = true;
    const rest = this.#stop.end();
    if (rest !== '') this.#thoughts.push(rest);
    this.#thoughts.end();
    this.#reader?.end();
    if (usage) this.#emit({ type: 'usage', usage, toolCalls: [] });
    this.#emit({
      type: 'finish', finishReason: finishReason === 'stop' && this.#calls.any ? 'tool_calls' : finishReason, toolCalls: [],
      ...(rawFinishReason === undefined ? {} : { rawFinishReason }),
    });
  }
}
