import type { CompletionOptions, TokenUsage } from '../spec/completion.ts';
import type { MessageLike } from './chat-message.ts';
import type { ChatModel, CompletionResponse } from './chat-model.ts';

/** Options of a batch; those of a completion apply to every request. */
export interface BatchOptions extends CompletionOptions {
  /** Requests at the same time; 0 means all. Default 0. */
  readonly concurrency?: number;
  /** Called after each request, with how many are done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly index: number; readonly error: Error | null }) => void;
  /** An earlier result of the same conversations: what succeeded there is not asked again. */
  readonly resumeFrom?: BatchResult;
}

/** The outcome of a batch, in the order of its conversations. */
export class BatchResult {
  /** Null for failed requests. */
  readonly responses: readonly (CompletionResponse | null)[];
  /** Null for successful requests. */
  readonly errors: readonly (Error | null)[];

  constructor(responses: readonly (CompletionResponse | null)[], errors: readonly (Error | null)[]) {
    this.responses = responses;
    this.errors = errors;
  }

  get length(): number { return this.responses.length; }
  get successCount(): number { return this.responses.filter((response) => response !== null).length; }
  get failureCount(): number { return this.length - this.successCount; }

  /** Tokens of all successful requests; null when none reported any. */
  get totalUsage(): TokenUsage | null { return sumUsage(this.responses.map((response) => response?.usage)); }

  /** US dollars of all successful requests; null when no cost is known. */
  get totalCost(): number | null {
    const costs = this.responses.flatMap((response) => (response?.cost === undefined ? [] : [response.cost]));
    return costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0);
  }

  toString(): string {
    return `BatchResult(${this.successCount} of ${this.length} succeeded, ${this.totalUsage?.totalTokens ?? 0} tokens)`;
  }
}

/** The sum of token counts; null without any. */
export function sumUsage(usages: readonly (TokenUsage | undefined)[]): TokenUsage | null {
  const given = usages.filter((usage) => usage !== undefined);
  if (given.length === 0) return null;
  const sum = (pick: (usage: TokenUsage) => number): number => given.reduce((total, usage) => total + pick(usage), 0);
  return {
    promptTokens: sum((usage) => usage.promptTokens), completionTokens: sum((usage) => usage.completionTokens), totalTokens: sum((usage) => usage.totalTokens),
    reasoningTokens: sum((usage) => usage.reasoningTokens), cachedInputTokens: sum((usage) => usage.cachedInputTokens),
    cacheWriteTokens: sum((usage) => usage.cacheWriteTokens),
  };
}

/**
 * Ask many independent conversations, some at a time.
 *
 * A failed request does not stop the others; an aborted signal makes the rest fail. The result keeps the order.
 */
export async function completeBatch(model: ChatModel, conversations: readonly (readonly MessageLike[])[], options: BatchOptions = {}): Promise<BatchResult> {
  const { concurrency = 0, onProgress, resumeFrom, ...completion } = options;
  const total = conversations.length;
  const responses: (CompletionResponse | null)[] = conversations.map((_, index) => resumeFrom?.responses[index] ?? null);
  const errors: (Error | null)[] = responses.map(() => null);
  const pending = responses.flatMap((response, index) => (response === null ? [index] : []));
  let done = total - pending.length;
  let at = 0;
  const work = async (): Promise<void> => {
    for (let index = pending[at++]; index !== undefined; index = pending[at++]) {
      try {
        responses[index] = await model.complete(conversations[index] as readonly MessageLike[], completion);
      } catch (error) {
        errors[index] = error instanceof Error ? error : new Error(String(error));
      }
      onProgress?.({ done: ++done, total, index, error: errors[index] ?? null });
    }
  };
  await Promise.all(Array.from({ length: Math.min(pending.length, concurrency || pending.length) }, work));
  return new BatchResult(responses, errors);
}
