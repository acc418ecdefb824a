import { throwIfAborted } from '../../base/abort.ts';
import { LocalModelError } from '../../base/error-classes.ts';
import type { FinishReason } from '../../spec/completion.ts';
import { abortable } from '../../base/abortable.ts';
import type { LoadOptions } from '../local-backend.ts';
import { loadPackage } from '../requirements.ts';
import type { Generated, Generation } from './local-calls.ts';
import { webLlmError } from './web-llm-errors.ts';
import type { WebLlmEngine, WebLlmLib, WebLlmProgress, WebLlmRequest, WebLlmSpec } from './web-llm-types.ts';

const REASONS: Readonly<Record<string, FinishReason>> = { stop: 'stop', length: 'length', tool_calls: 'tool_calls', abort: 'other' };
const MIB = 1024 * 1024;

/** WebLLM on the thread it is imported on: in the worker, or wherever a library is injected. */
export class WebLlmRuntime {
  readonly #lib: () => Promise<WebLlmLib>;
  #engine: WebLlmEngine | undefined;

  constructor(lib: () => Promise<WebLlmLib>) {
    this.#lib = lib;
  }

  /** @throws LocalModelError, AbortedError; nothing of the model is left then */
  async load({ model, appConfig, chatOptions }: WebLlmSpec, { signal, onProgress }: LoadOptions): Promise<void> {
    const action = `Loading '${model}'`;
    let engine: WebLlmEngine | undefined;
    const unload = (): void => void engine?.unload().catch(() => undefined);
    signal?.addEventListener('abort', unload, { once: true });
    try {
      const { MLCEngine } = await abortable(loadPackage('@mlc-ai/web-llm', this.#lib), signal, action);
      engine = new MLCEngine({ appConfig, logLevel: 'SILENT', initProgressCallback: (report) => onProgress?.(toProgress(report)) });
      await abortable(engine.reload(model, chatOptions), signal, action);
      // WebLLM's reload resolves when unload stopped it.
      throwIfAborted(signal, action);
      this.#engine = engine;
    } catch (error) {
      throwIfAborted(signal, action);
      unload();
      throw webLlmError(action, error);
    } finally {
      signal?.removeEventListener('abort', unload);
    }
  }

  /** @throws errors of the tree */
  async generate(request: WebLlmRequest, { signal, write }: Generation): Promise<Generated> {
    const engine = this.#engine;
    if (engine === undefined) throw new LocalModelError('No model is loaded: the GPU or the worker it ran on went away', { problem: 'device-lost', fix: 'Load the model again', retryable: true });
    let finish: string | undefined;
    let usage: Generated['usage'];
    const interrupt = (): void => void engine.interruptGenerate();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      for await (const chunk of await engine.chat.completions.create(request)) {
        if (signal.aborted) break;
        const [choice] = chunk.choices;
        if (choice?.delta.content) write(choice.delta.content);
        finish = choice?.finish_reason ?? finish;
        if (chunk.usage) {
          const { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: totalTokens } = chunk.usage;
          usage = { promptTokens, completionTokens, totalTokens, reasoningTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0 };
        }
      }
    } catch (error) {
      throwIfAborted(signal, 'The answer');
      throw webLlmError('The answer', error);
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    throwIfAborted(signal, 'The answer');
    return { finishReason: finish === undefined ? 'incomplete' : REASONS[finish] ?? 'other', ...(finish === undefined ? {} : { rawFinishReason: finish }), ...(usage ? { usage } : {}) };
  }

  async unload(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.unload().catch(() => undefined);
  }
}

/** WebLLM tells MiB and a share; the total follows from both, roughly. */
function toProgress({ progress, text }: WebLlmProgress): { file: string; loaded: number; total: number | null } {
  const loaded = Number(/(\d+)MB (?:fetched|loaded)/.exec(text)?.[1] ?? 0) * MIB;
  return { file: text, loaded, total: progress > 0 && loaded > 0 ? Math.max(loaded, Math.round(loaded / progress)) : null };
}
