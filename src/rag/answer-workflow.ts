import { StartEvent, stop } from '../events/index.ts';
import type { ChatModelSpec } from '../spec/completion.ts';
import { Workflow } from '../workflow/index.ts';
import { type AskInput, parseQuestion } from './ask-workflow.ts';
import { checkQuotes, CITATION_RULES, type CheckedQuotes } from './check-quotes.ts';
import { AnswerDelta, PassagesFound } from './events.ts';
import type { AnswerPassage } from './extract-answer.ts';
import { packContext, type PackOptions } from './pack-context.ts';
import { retrieve, type RetrieveOptions } from './retrieve.ts';

/** How a model answers from a memory; everything but the memory and the model has a default. */
export interface AnswerOptions extends RetrieveOptions, PackOptions {
  /** Who writes: any completion model. */
  readonly model: ChatModelSpec;
  /** What the model is told before the sources. Default `CITATION_RULES`. */
  readonly instructions?: string;
}

/** What a model wrote, with its quotes checked against the sources it was given. */
export interface WrittenAnswer extends CheckedQuotes {
  readonly question: string;
  /** As the model wrote it. */
  readonly text: string;
  /** The sources in the order of their numbers. */
  readonly passages: readonly AnswerPassage[];
}

/** A workflow in which a model answers a question from a memory; the input is `{ question }`. */
export type AnswerWorkflow = Workflow<AskInput, WrittenAnswer, string, string>;

/**
 * Define the workflow in which a model answers from the memory's documents: find, pack under a token budget, write, check.
 *
 * The text comes as `AnswerDelta` on the run's stream while it is written. A quote that stands in no source is in
 * `problems`: show it as what it is. `run` throws ValidationError for an empty question, and StepError when the model fails.
 *
 * @example
 * const { data } = await answerWorkflow({ memory, model: openai() }).run({ question: 'How long is a run allowed to take?' });
 * if (data.problems.length > 0) console.log('not supported by the documents:', data.problems);
 */
export function answerWorkflow(options: AnswerOptions): AnswerWorkflow {
  const { model, instructions = CITATION_RULES } = options;
  return new Workflow<AskInput, never, never>('answer', { parseInput: parseQuestion })
    .step('retrieve', [StartEvent], retrieve(options))
    .step('write', [PassagesFound], async ({ question, passages }, ctx) => {
      const sources = packContext(passages, options);
      const messages = [
        { role: 'system', content: instructions },
        { role: 'user', content: `Sources:\n\n${sources.text}\n\nQuestion: ${question}` },
      ] as const;
      let text = '';
      for await (const part of model.doStream({ messages, signal: ctx.signal })) {
        if (part.type !== 'text') continue;
        text += part.delta;
        ctx.live(AnswerDelta({ text: part.delta }));
      }
      return stop({ question, text, passages: sources.passages, ...checkQuotes(text, sources.passages) });
    });
}
