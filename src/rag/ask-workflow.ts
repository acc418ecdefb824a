import { ValidationError } from '../base/error-classes.ts';
import { StartEvent, stop } from '../events/index.ts';
import { Workflow } from '../workflow/index.ts';
import { PassagesFound } from './events.ts';
import { type Answer, type AnswerPassage, extractAnswer, type ExtractOptions } from './extract-answer.ts';
import type { FoundPassage, SearchableMemory } from './rag-memory.ts';

/** Input of a question. */
export interface AskInput {
  readonly question: string;
}

/** How a question is answered; everything but the memory has a default. */
export interface AskOptions extends ExtractOptions {
  /** Where passages are looked for. */
  readonly memory: SearchableMemory;
  /** Passages looked at. Default 8. */
  readonly limit?: number;
  /** How passages are ranked. Default 'hybrid'; a memory without an embedder needs 'keyword'. */
  readonly mode?: 'hybrid' | 'semantic' | 'keyword';
}

/** A workflow that answers a question from a memory; the input is `{ question }`. */
export type AskWorkflow = Workflow<AskInput, Answer, string, string>;

const DEFAULT_LIMIT = 8;
const MAX_QUESTION = 10_000;

/**
 * Define the workflow that answers a question with quotes from the memory's documents, each cited with its exact place.
 *
 * No model takes part: what the answer says stands in a document, word for word, or it says that nothing was found.
 * `run` throws ValidationError for an empty question, or one of more than 10,000 characters.
 *
 * @example
 * const { data } = await askWorkflow({ memory }).run({ question: 'How long is a run allowed to take?' });
 * data.citations[0]?.quote;
 */
export function askWorkflow(options: AskOptions): AskWorkflow {
  const { memory, limit = DEFAULT_LIMIT, mode, ...extract } = options;
  const workflow = new Workflow<AskInput, never, never>('ask', { parseInput })
    .step('retrieve', [StartEvent], async ({ question }, ctx) => {
      const hits = await memory.search(question, { limit, signal: ctx.signal, ...(mode === undefined ? {} : { mode }) });
      return PassagesFound({ question, passages: hits.map(toPassage) });
    })
    .step('extract', [PassagesFound], ({ question, passages }) => stop(extractAnswer(question, passages, extract)));
  return workflow;
}

function parseInput(input: unknown): AskInput {
  const question = (input as Partial<AskInput> | null | undefined)?.question;
  if (typeof question !== 'string' || question.trim() === '') throw new ValidationError('Cannot ask: the question is empty', { path: 'question' });
  if (question.length > MAX_QUESTION) {
    throw new ValidationError(`Cannot ask: the question has ${question.length} characters, more than ${MAX_QUESTION}`, { path: 'question' });
  }
  return { question: question.trim() };
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
