import { ValidationError } from '../base/error-classes.ts';
import { StartEvent, stop } from '../events/index.ts';
import { Workflow } from '../workflow/index.ts';
import { PassagesFound } from './events.ts';
import { type Answer, extractAnswer, type ExtractOptions } from './extract-answer.ts';
import { retrieve, type RetrieveOptions } from './retrieve.ts';

/** Input of a question. */
export interface AskInput {
  readonly question: string;
}

/** How a question is answered; everything but the memory has a default. */
export interface AskOptions extends ExtractOptions, RetrieveOptions {}

/** A workflow that answers a question from a memory; the input is `{ question }`. */
export type AskWorkflow = Workflow<AskInput, Answer, string, string>;

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
  return new Workflow<AskInput, never, never>('ask', { parseInput: parseQuestion })
    .step('retrieve', [StartEvent], retrieve(options))
    .step('extract', [PassagesFound], ({ question, passages }) => stop(extractAnswer(question, passages, options)));
}

/** The question, without surrounding space. @throws ValidationError when it is empty or too long. */
export function parseQuestion(input: unknown): AskInput {
  const question = (input as Partial<AskInput> | null | undefined)?.question;
  if (typeof question !== 'string' || question.trim() === '') throw new ValidationError('Cannot ask: the question is empty', { path: 'question' });
  if (question.length > MAX_QUESTION) {
    throw new ValidationError(`Cannot ask: the question has ${question.length} characters, more than ${MAX_QUESTION}`, { path: 'question' });
  }
  return { question: question.trim() };
}
