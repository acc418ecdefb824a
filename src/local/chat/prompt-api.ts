import { throwIfAborted } from '../../base/abort.ts';
import { AbortedError, LocalModelError, type LocalProblem } from '../../base/error-classes.ts';
import { BlazenError } from '../../base/errors.ts';
import type { CompletionRequest, TokenUsage } from '../../spec/completion.ts';
import { abortable } from '../../base/abortable.ts';
import { type LoadOptions, type LocalBackend, type Probe, probeError } from '../local-backend.ts';
import { failure } from '../requirements.ts';
import type { ChatEngine, Generated, Generation } from './local-calls.ts';
import { LocalChatModel } from './local-chat-model.ts';
import type { PromptApiCore, PromptApiCreate, PromptApiExpected, PromptApiFactory, PromptApiMessage, PromptApiPrompt, PromptApiSession } from './prompt-api-types.ts';
import { offeredTools, plainConversation, toolInstruction, toolSchema } from './tool-schema.ts';

/** What is asked of the browser's model. */
export interface PromptApiOptions {
  /** What the conversations hold, such as `[{ type: 'text', languages: ['en', 'de'] }]`. */
  readonly expectedInputs?: readonly PromptApiExpected[];
  readonly expectedOutputs?: readonly PromptApiExpected[];
  /** Default `globalThis.LanguageModel`. */
  readonly factory?: PromptApiFactory;
}

const NAME = 'prompt-api';
const FIX = 'Use a browser that ships a model (Chrome on a desktop with enough memory and disk), or another backend';

/**
 * The chat model a browser ships (the Prompt API): nothing to download from you, and nothing to choose.
 *
 * Each request gets a session of its own, made from its messages. Tools and response schemas are held by the browser's
 * `responseConstraint`. The browser decides on sizes: `maxTokens` and `topP` are not applied, and `temperature` only
 * where pages may set it. While the browser downloads its model, progress is told in parts of one, not in bytes.
 *
 * @example
 * const backend = promptApi({ expectedInputs: [{ type: 'text', languages: ['en'] }] });
 * const found = await backend.probe();
 * if (!found.ok) console.log(found.reason);
 */
export function promptApi(options: PromptApiOptions = {}): LocalBackend<LocalChatModel> {
  const { expectedInputs, expectedOutputs } = options;
  const core: PromptApiCore = { ...(expectedInputs ? { expectedInputs } : {}), ...(expectedOutputs ? { expectedOutputs } : {}) };
  // Looked up when it is needed: a polyfill may come later.
  const find = (): PromptApiFactory | undefined => options.factory ?? (globalThis as { LanguageModel?: PromptApiFactory }).LanguageModel;

  const probe = async ({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Probe> => {
    const factory = find();
    if (factory === undefined) return failure('unsupported', 'this browser or runtime has no Prompt API (LanguageModel)', FIX);
    try {
      const answer = await abortable(factory.availability(core), signal, 'Asking for the model of the browser');
      return answer === 'unavailable' ? failure('unavailable', 'the browser has no model for this device, or not for these languages', FIX) : { ok: true };
    } catch (error) {
      if (signal?.aborted) throw error;
      return failure('unavailable', `the browser did not say whether it has a model: ${textOf(error)}`, FIX);
    }
  };

  return {
    name: NAME, probe,
    async load(load: LoadOptions = {}) {
      const found = await probe(load);
      if (!found.ok) throw probeError(NAME, found);
      return new LocalChatModel(await open(find() as PromptApiFactory, core, load));
    },
  };
}

async function open(factory: PromptApiFactory, core: PromptApiCore, { signal, onProgress }: LoadOptions): Promise<ChatEngine> {
  let base: PromptApiSession;
  const creating = factory.create({
    ...core, ...(signal ? { signal } : {}),
    monitor: (monitor) => monitor.addEventListener('downloadprogress', ({ loaded, total }) => onProgress?.({ file: NAME, loaded, total: total || 1 })),
  });
  try {
    base = await abortable(creating, signal, 'Loading the model of the browser');
  } catch (error) {
    // A session that comes after all is not wanted any more.
    void creating.then((session) => session.destroy(), () => undefined);
    throw promptApiError('Loading the model of the browser', error, signal);
  }
  return {
    provider: NAME, modelId: NAME, toolForm: 'schema',
    generate: (request, generation) => answer(factory, base, core, request, generation),
    // Keeps the model in memory while it lives.
    dispose: async () => base.destroy(),
  };
}

async function answer(factory: PromptApiFactory, base: PromptApiSession, core: PromptApiCore, request: CompletionRequest, { signal, write }: Generation): Promise<Generated> {
  const action = 'The answer';
  const tools = offeredTools(request);
  const mayAnswer = request.toolChoice === undefined || request.toolChoice === 'auto';
  const messages: PromptApiMessage[] = plainConversation(request.messages, NAME, tools.length > 0 ? toolInstruction(tools, mayAnswer) : '');
  const last = messages.at(-1);
  if (last?.role !== 'user') {
    throw new LocalModelError('The answer failed: the last message is not from the user or a tool', { problem: 'bad-input', fix: 'End the conversation with what the model is to answer' });
  }
  const format = request.responseFormat;
  const constraint = tools.length > 0 ? toolSchema(tools, mayAnswer, format)
    : format?.type === 'json_schema' ? format.schema : format?.type === 'json_object' ? { type: 'object' } : undefined;
  const options: PromptApiPrompt = { signal, ...(constraint ? { responseConstraint: constraint } : {}) };

  let session: PromptApiSession | undefined;
  // Without it the browser forgets the beginning of the conversation and says nothing more about it.
  const memory = { overflowed: false };
  try {
    session = await openSession(factory, base, core, request, messages.slice(0, -1), signal);
    const forget = (): void => { memory.overflowed = true; };
    for (const type of ['contextoverflow', 'quotaoverflow']) session.addEventListener(type, forget);
    const size = session;
    const used = (): number | undefined => size.contextUsage ?? size.inputUsage;
    const before = used();
    const measured = await (session.measureContextUsage?.(last.content, options) ?? session.measureInputUsage?.(last.content, options));
    const reader = session.promptStreaming(last.content, options).getReader();
    try {
      for (let step = await reader.read(); !step.done; step = await reader.read()) {
        if (memory.overflowed) throw overflow();
        write(step.value);
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
    if (memory.overflowed) throw overflow();
    const usage = toUsage(before, measured, used());
    return { finishReason: 'stop', ...(usage ? { usage } : {}) };
  } catch (error) {
    throw promptApiError(action, error, signal);
  } finally {
    session?.destroy();
  }
}

/** A conversation that begins now continues the one that keeps the model in memory; others begin with what was said. */
async function openSession(
  factory: PromptApiFactory, base: PromptApiSession, core: PromptApiCore, { temperature }: CompletionRequest, initialPrompts: readonly PromptApiMessage[], signal: AbortSignal,
): Promise<PromptApiSession> {
  const params = temperature === undefined ? null : await factory.params?.();
  if (initialPrompts.length === 0 && !params) return base.clone({ signal });
  // Browsers that let pages set one want both.
  const sampling = params && temperature !== undefined ? { temperature, topK: params.defaultTopK } : {};
  const create: PromptApiCreate = { ...core, ...sampling, initialPrompts, signal };
  return factory.create(create);
}

function toUsage(before: number | undefined, measured: number | undefined, after: number | undefined): TokenUsage | undefined {
  if (before === undefined || measured === undefined || after === undefined) return undefined;
  const promptTokens = before + measured;
  const completionTokens = Math.max(0, after - promptTokens);
  return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, reasoningTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 };
}

const overflow = (): LocalModelError => new LocalModelError("The answer failed: the conversation is longer than the model's context, and the browser dropped its beginning", {
  problem: 'bad-input', fix: 'Shorten the conversation, for example with a ChatWindow',
});

const PROBLEMS: Readonly<Record<string, readonly [LocalProblem, string]>> = {
  QuotaExceededError: ['bad-input', 'Shorten the conversation, for example with a ChatWindow'],
  NotSupportedError: ['unsupported', 'Ask for other languages, kinds of content or a simpler schema'],
  NotAllowedError: ['unavailable', 'Load the model in answer to a click, in a page that is allowed to use the Prompt API'],
  NetworkError: ['offline', 'Check the connection and try again'],
  InvalidStateError: ['device-lost', 'Load the model again'],
  SyntaxError: ['bad-input', 'Change the schema'],
  TypeError: ['bad-input', 'Change the request'],
};

/** What the browser threw as an error of the tree. */
function promptApiError(action: string, thrown: unknown, signal: AbortSignal | undefined): BlazenError {
  if (thrown instanceof BlazenError) return thrown;
  try {
    throwIfAborted(signal, action);
  } catch (error) {
    return error as BlazenError;
  }
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  if (name === 'AbortError') return new AbortedError(`${action} was aborted`, { cause: thrown });
  const [problem, fix] = PROBLEMS[name] ?? ['failed' as const, 'Try again; if that does not help, reload the page'];
  const { requested, quota } = thrown as { readonly requested?: number | null; readonly quota?: number | null };
  const sizes = typeof requested === 'number' && typeof quota === 'number' ? ` (${requested} of at most ${quota} tokens)` : '';
  return new LocalModelError(`${action} failed: ${textOf(thrown)}${sizes}`, { problem, fix, retryable: problem === 'offline' || problem === 'device-lost', cause: thrown });
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
