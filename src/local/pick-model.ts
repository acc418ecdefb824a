import { abortError, throwIfAborted } from '../base/abort.ts';
import { LocalModelError, ValidationError } from '../base/error-classes.ts';
import { BlazenError } from '../base/errors.ts';
import { ChatModel } from '../model/index.ts';
import type { ChatModelSpec, CompletionRequest, CompletionResult, ModelDecision, RejectedModel, StreamPart } from '../spec/completion.ts';
import type { LoadedModel, LoadOptions, LoadProgress, LocalBackend } from './local-backend.ts';
import { isLoss } from './model-manager.ts';
import { SharedWork } from './shared-work.ts';

/** A chat model that may be loaded on this device, or a hosted one. */
export type ModelCandidate = LocalBackend<ChatModelSpec & LoadedModel> | ChatModelSpec;

/** What is told while models are chosen and loaded. */
export interface PickOptions {
  /** Called with every decision, as streams show it. */
  readonly onDecision?: (decision: ModelDecision) => void;
  /** Called while the model of a request is loaded. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

interface Choice {
  readonly candidate: ModelCandidate;
  readonly model: ChatModelSpec;
  readonly decision: ModelDecision;
}

/** Parts that come before an answer; until another one came, the next candidate may begin anew. */
const PREAMBLE: ReadonlySet<string> = new Set(['decision', 'start', 'usage', 'source', 'block-end']);

/**
 * One chat model out of several: the first that this device can run, else the hosted one behind them.
 *
 * The candidates are looked at in their order when the first request comes. The choice stays until it fails: cannot be
 * loaded, loses its device, cannot be reached. Then the others are tried with the same messages, so that the conversation
 * goes on; an answer that has begun to come fails, and the next request chooses anew. Nothing is fetched before.
 *
 * @throws ValidationError without candidates.
 *
 * @example
 * const model = pickModel([promptApi(), openai()], { onDecision: ({ chosen, rejected }) => console.log(chosen, rejected) });
 * const { content } = await model.complete([ChatMessage.user('Hello')]);
 */
export function pickModel(candidates: readonly ModelCandidate[], options: PickOptions = {}): PickedModel {
  return new PickedModel(new Picker(candidates, options));
}

/** A chat model that chooses who answers; made by `pickModel`. */
export class PickedModel extends ChatModel {
  readonly #picker: Picker;

  constructor(picker: Picker) {
    super(picker);
    this.#picker = picker;
  }

  /** Who answers, and why not those before; null until the first request or `load`. */
  get decision(): ModelDecision | null { return this.#picker.choice?.decision ?? null; }

  /** Chooses now, and loads the model if it is one of this device. Throws what a request would. */
  async load({ signal, onProgress }: LoadOptions = {}): Promise<void> {
    await this.#picker.choose(new Map(), signal, onProgress);
  }

  /** Gives the memory back; the next request chooses anew. Nothing happens when nothing is loaded. */
  unload(): Promise<void> { return this.#picker.unload(); }

  /** Whether a model of this device is in memory. */
  isLoaded(): Promise<boolean> { return Promise.resolve(this.decision?.local === true); }

  /** Bytes the chosen model takes in memory; null when that is not known, and for a hosted one. */
  vramBytes(): Promise<number | null> {
    const candidate = this.#picker.choice?.candidate;
    return Promise.resolve(candidate && isBackend(candidate) ? candidate.vramBytes ?? null : null);
  }
}

class Picker implements ChatModelSpec {
  readonly provider = 'local';
  readonly modelId: string;
  readonly #candidates: readonly ModelCandidate[];
  readonly #options: PickOptions;
  #choosing: SharedWork<Choice> | null = null;
  choice: Choice | null = null;

  constructor(candidates: readonly ModelCandidate[], options: PickOptions) {
    const [first] = candidates;
    if (first === undefined) throw new ValidationError('invalid input: pickModel needs at least one model');
    this.#candidates = candidates;
    this.#options = options;
    this.modelId = nameOf(first);
  }

  async doComplete(request: CompletionRequest): Promise<CompletionResult> {
    const failed: Failures = new Map();
    for (;;) {
      const choice = await this.choose(failed, request.signal);
      try {
        return await choice.model.doComplete(forAnyModel(request));
      } catch (error) {
        await this.#fail(choice, error, failed, request.signal);
      }
    }
  }

  async *doStream(request: CompletionRequest): AsyncGenerator<StreamPart, void, undefined> {
    const failed: Failures = new Map();
    for (;;) {
      const choice = await this.choose(failed, request.signal);
      yield { type: 'decision', decision: choice.decision, toolCalls: [] };
      const held: StreamPart[] = [];
      let begun = false;
      try {
        for await (const part of choice.model.doStream(forAnyModel(request))) {
          begun ||= !PREAMBLE.has(part.type);
          held.push(part);
          if (begun) yield* held.splice(0);
        }
        yield* held;
        return;
      } catch (error) {
        await this.#fail(choice, error, failed, request.signal);
        if (begun) throw error;
      }
    }
  }

  /** The choice that holds, or a new one without those that failed. */
  async choose(failed: Failures, signal: AbortSignal | undefined, onProgress?: LoadOptions['onProgress']): Promise<Choice> {
    throwIfAborted(signal, 'The request');
    if (this.choice !== null && !failed.has(this.choice.candidate)) return this.choice;
    if (this.#choosing === null) {
      const choosing: SharedWork<Choice> = new SharedWork((load) => this.#decide(failed, load), () => { this.#choosing = null; });
      this.#choosing = choosing;
      const forget = (): void => { if (this.#choosing === choosing) this.#choosing = null; };
      choosing.done.then(forget, forget);
    }
    return this.#choosing.join({
      ...(signal ? { signal } : {}), onProgress: (progress) => { this.#options.onProgress?.(progress); onProgress?.(progress); },
    }, 'Choosing a model');
  }

  async unload(): Promise<void> {
    const { choice } = this;
    this.choice = null;
    if (choice !== null && isBackend(choice.candidate)) await (choice.model as ChatModelSpec & LoadedModel).dispose();
  }

  async #decide(failed: Failures, options: LoadOptions): Promise<Choice> {
    for (const candidate of this.#candidates) {
      if (failed.has(candidate)) continue;
      try {
        const model = await open(candidate, options);
        const decision: ModelDecision = { chosen: nameOf(candidate), local: isBackend(candidate), rejected: this.#candidates.flatMap((other) => failed.get(other) ?? []) };
        const choice = { candidate, model, decision };
        this.choice = choice;
        void (model as ChatModelSpec & Partial<LoadedModel>).lost?.then(() => this.#drop(choice));
        this.#options.onDecision?.(decision);
        return choice;
      } catch (error) {
        throwIfAborted(options.signal, 'Choosing a model');
        failed.set(candidate, rejection(candidate, error));
      }
    }
    const reasons = [...failed.values()];
    throw new LocalModelError(`None of the models can be used: ${reasons.map(({ name, reason }) => `'${name}': ${reason}`).join('; ')}`, {
      problem: 'unavailable', fix: reasons.find(({ fix }) => fix !== '')?.fix ?? 'Give pickModel a hosted model that can always be asked',
    });
  }

  /** Puts the choice aside when another model may help; throws what the caller gets when not. */
  async #fail(choice: Choice, error: unknown, failed: Failures, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw abortError(signal, 'The request');
    if (!isOver(error)) throw error;
    failed.set(choice.candidate, rejection(choice.candidate, error));
    await this.#drop(choice);
    if (this.#candidates.every((candidate) => failed.has(candidate))) throw error;
  }

  /** A model that failed is given back, whatever is left of it. */
  async #drop(choice: Choice): Promise<void> {
    if (this.choice === choice) await this.unload().catch(() => undefined);
  }
}

type Failures = Map<ModelCandidate, RejectedModel>;

async function open(candidate: ModelCandidate, options: LoadOptions): Promise<ChatModelSpec> {
  if (!isBackend(candidate)) return candidate;
  const probe = await candidate.probe(options.signal ? { signal: options.signal } : {});
  if (!probe.ok) throw new LocalModelError(probe.reason, probe);
  return candidate.load(options);
}

function isBackend(candidate: ModelCandidate): candidate is LocalBackend<ChatModelSpec & LoadedModel> {
  return 'probe' in candidate;
}

function nameOf(candidate: ModelCandidate): string {
  return isBackend(candidate) ? candidate.name : `${candidate.provider}:${candidate.modelId}`;
}

function rejection(candidate: ModelCandidate, error: unknown): RejectedModel {
  const name = nameOf(candidate);
  if (error instanceof LocalModelError) return { name, problem: error.problem, reason: error.message, fix: error.fix };
  return { name, problem: error instanceof BlazenError ? error.code : 'failed', reason: error instanceof Error ? error.message : String(error), fix: '' };
}

/** The model cannot answer now, but another one may: not a wrong request. */
function isOver(error: unknown): boolean {
  if (error instanceof LocalModelError) return error.problem !== 'bad-input';
  return isLoss(error) || (error instanceof BlazenError && error.retryable);
}

/** An id that was given for one model would mean nothing to another. */
function forAnyModel({ model: _model, ...request }: CompletionRequest): CompletionRequest {
  return request;
}
