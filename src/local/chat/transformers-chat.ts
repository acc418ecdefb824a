import { throwIfAborted } from '../../base/abort.ts';
import { LocalModelError, UnsupportedError } from '../../base/error-classes.ts';
import { BlazenError } from '../../base/errors.ts';
import type { CompletionRequest, ResponseFormat } from '../../spec/completion.ts';
import type { Message } from '../../spec/message.ts';
import { type LocalBackend, probeError } from '../local-backend.ts';
import { requireWasm } from '../requirements.ts';
import { type GuardedPipeline, openPipeline, type TransformersOptions } from '../transformers-lib.ts';
import type { ChatEngine, Generated, Generation } from './local-calls.ts';
import { LocalChatModel } from './local-chat-model.ts';
import { callsOf, resultOf, textOf } from './plain-messages.ts';
import { offeredTools } from './tool-schema.ts';
import type { ChatTokenizer, TextGenerationPipeline, TransformersChatLib } from './transformers-types.ts';

/** A model for transformers.js and where it is. */
export type TransformersChatOptions = TransformersOptions<TransformersChatLib>;

/** Tokens of an answer when the request does not say. */
const DEFAULT_MAX_TOKENS = 1024;

/**
 * A chat model in WebAssembly by `@huggingface/transformers` and `onnxruntime-web` (optional peers), in browsers, Node and
 * Deno. Model and WebAssembly come from where you say, never from a hub or CDN.
 *
 * Without a temperature the likeliest token is taken; `topP` is not applied. Tools work with models whose chat template
 * knows tools and that answer in `<tool_call>` tags; a response schema is asked for, not enforced. A conversation that is
 * longer than the model's context is refused.
 *
 * @example
 * const backend = transformersChat({ model: 'smol', modelPath: '/models/', wasmPaths: '/ort/' });
 * const model = await backend.load();
 * const { content } = await model.complete([{ role: 'user', content: 'Hello' }], { maxTokens: 64 });
 */
export function transformersChat(options: TransformersChatOptions): LocalBackend<LocalChatModel> {
  const name = `transformers:${options.model}`;
  return {
    name,
    async probe({ signal } = {}) {
      throwIfAborted(signal, `The probe of '${name}'`);
      return requireWasm();
    },
    async load(load = {}) {
      const found = await this.probe(load);
      if (!found.ok) throw probeError(name, found);
      const opened = await openPipeline<TextGenerationPipeline>('text-generation', options, load);
      return new LocalChatModel(new TransformersEngine(options.model, opened));
    },
  };
}

class TransformersEngine implements ChatEngine {
  readonly provider = 'transformers';
  readonly toolForm = 'tags';
  readonly modelId: string;
  readonly #opened: GuardedPipeline<TextGenerationPipeline>;
  readonly #lib: TransformersChatLib;
  #work: Promise<unknown> = Promise.resolve();

  constructor(modelId: string, opened: GuardedPipeline<TextGenerationPipeline>) {
    this.modelId = modelId;
    this.#opened = opened;
    this.#lib = opened.lib as TransformersChatLib;
  }

  generate(request: CompletionRequest, generation: Generation): Promise<Generated> {
    const work = this.#generate(request, generation);
    this.#work = work.catch(() => undefined);
    return work;
  }

  /** The memory is given back when nothing computes in it any more. */
  async dispose(): Promise<void> {
    await this.#work;
    await this.#opened.pipeline.dispose();
  }

  async #generate(request: CompletionRequest, { signal, write }: Generation): Promise<Generated> {
    const { tokenizer, model } = this.#opened.pipeline;
    const inputs = tokenizer(this.#prompt(request, tokenizer), { add_special_tokens: tokenizer.chat_template == null, truncation: false });
    const promptTokens = inputs.input_ids.dims.at(-1) ?? 0;
    const room = this.#room(inputs.input_ids.data, promptTokens);
    const limit = Math.min(request.maxTokens ?? DEFAULT_MAX_TOKENS, room);

    const stopping = new this.#lib.InterruptableStoppingCriteria();
    const interrupt = (): void => stopping.interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    const streamer = new this.#lib.TextStreamer(tokenizer as never, { skip_prompt: true, skip_special_tokens: true, callback_function: write });
    const { temperature = 0 } = request;
    try {
      const output = await this.#opened.guard(() => model.generate({
        ...inputs, max_new_tokens: limit, streamer, stopping_criteria: stopping, ...(temperature > 0 ? { do_sample: true, temperature } : { do_sample: false }),
      }));
      throwIfAborted(signal, 'The answer');
      const completionTokens = output.data.length - promptTokens;
      const ended = this.#ends().includes(Number(output.data[output.data.length - 1]));
      return {
        finishReason: !ended && completionTokens >= limit ? 'length' : 'stop',
        usage: { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, reasoningTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 },
      };
    } catch (error) {
      if (error instanceof BlazenError) throw error;
      throw new LocalModelError(`The answer of '${this.modelId}' failed: ${error instanceof Error ? error.message : String(error)}`, {
        problem: 'failed', fix: 'See the cause; the model can be asked again', cause: error,
      });
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  #prompt(request: CompletionRequest, tokenizer: ChatTokenizer): string {
    const messages = toTemplate(request.messages, this.modelId);
    const instruction = formatInstruction(request.responseFormat);
    if (instruction !== '') messages.unshift({ role: 'system', content: instruction });
    const tools = offeredTools(request).map(({ name, description, parameters }) => ({
      type: 'function', function: { name, ...(description ? { description } : {}), parameters: parameters ?? { type: 'object', properties: {} } },
    }));
    if (tokenizer.chat_template == null) {
      if (tools.length > 0) throw this.#noTools();
      return messages.map(({ content }) => content).join('\n');
    }
    if (tools.length > 0 && !tokenizer.get_chat_template({ tools }).includes('tools')) throw this.#noTools();
    return tokenizer.apply_chat_template(messages, { tokenize: false, add_generation_prompt: true, ...(tools.length > 0 ? { tools } : {}) }) as string;
  }

  /** Tokens that still fit. @throws LocalModelError 'bad-input' when none do, or for ids the model does not know */
  #room(ids: ArrayLike<bigint>, count: number): number {
    const { config } = this.#opened.pipeline.model;
    const context = config.max_position_embeddings ?? config.n_positions ?? Infinity;
    if (count === 0) throw new LocalModelError('The answer failed: the conversation holds no text', { problem: 'bad-input', fix: 'Say something' });
    if (count >= context) {
      throw new LocalModelError(`The answer failed: the conversation has ${count} tokens, and the model takes ${context} with its answer`, {
        problem: 'bad-input', fix: 'Shorten the conversation, for example with a ChatWindow',
      });
    }
    const size = config.vocab_size ?? Infinity;
    if (Array.from(ids).some((id) => id < 0n || Number(id) >= size)) {
      throw new LocalModelError('The answer failed: the tokenizer gives ids the model does not know', { problem: 'corrupt', fix: 'Use the tokenizer that belongs to the model' });
    }
    return context - count;
  }

  #ends(): readonly number[] {
    const end = this.#opened.pipeline.model.generation_config?.eos_token_id ?? [];
    return typeof end === 'number' ? [end] : end;
  }

  #noTools(): UnsupportedError {
    return new UnsupportedError(`unsupported: the chat template of '${this.modelId}' knows no tools; choose a model that was trained to call them`);
  }
}

/** Messages as chat templates know them. */
function toTemplate(messages: readonly Message[], model: string): { role: string; content: string; [field: string]: unknown }[] {
  return messages.map((message) => {
    if (message.role === 'tool') return { role: 'tool', content: resultOf(message, model), ...(message.name === undefined ? {} : { name: message.name }) };
    const calls = callsOf(message).map(({ name, arguments: args }) => ({ type: 'function', function: { name, arguments: args } }));
    return { role: message.role, content: textOf(message, model), ...(calls.length > 0 ? { tool_calls: calls } : {}) };
  });
}

function formatInstruction(format: ResponseFormat | undefined): string {
  if (format === undefined || format.type === 'text') return '';
  return format.type === 'json_object' ? 'Answer with a JSON object and nothing else.' : `Answer with JSON that fits this schema and nothing else: ${JSON.stringify(format.schema)}`;
}
