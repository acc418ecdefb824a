import type { Context } from '../workflow/index.ts';
import { PassagesFound } from './events.ts';
import type { AnswerPassage } from './extract-answer.ts';
import type { FoundPassage, SearchableMemory } from './rag-memory.ts';

/** Where and how passages are looked for. */
export interface RetrieveOptions {
  readonly memory: SearchableMemory;
  /** Passages at most. Default 8. */
  readonly limit?: number;
  /** How passages are ranked. Default 'hybrid'; a memory without an embedder needs 'keyword'. */
  readonly mode?: 'hybrid' | 'semantic' | 'keyword';
}

/** A step that takes anything with a question and gives the passages found. */
export type RetrieveStep = (event: { readonly question: string }, ctx: Pick<Context, 'signal'>) => Promise<ReturnType<typeof PassagesFound>>;

const DEFAULT_LIMIT = 8;

/**
 * The step of a workflow that finds the passages for a question: `.step('retrieve', [Asked], retrieve({ memory }))`.
 *
 * The event needs a `question`; the step gives a `PassagesFound`, best passage first.
 */
export function retrieve({ memory, limit = DEFAULT_LIMIT, mode }: RetrieveOptions): RetrieveStep {
  return async ({ question }, { signal }) => {
    const hits = await memory.search(question, { limit, signal, ...(mode === undefined ? {} : { mode }) });
    return PassagesFound({ question, passages: hits.map(toPassage) });
  };
}

/** A hit as the answer cites it; one that was stored without a document is a document of its own. */
function toPassage({ id, text, score, metadata, docId = id, start = 0, end = start + text.length }: FoundPassage): AnswerPassage {
  const { name, heading, kind } = metadata ?? {};
  return {
    id, docId, name: typeof name === 'string' ? name : docId, start, end, text, score,
    heading: Array.isArray(heading) ? heading.filter((title) => typeof title === 'string') : [],
    kind: typeof kind === 'string' ? kind : null,
  };
}
