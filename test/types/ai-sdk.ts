import type { LanguageModel as LanguageModel6, EmbeddingModel as EmbeddingModel6 } from 'ai';
import type { LanguageModel as LanguageModel7, EmbeddingModel as EmbeddingModel7 } from 'ai-7';
import { embeddingToAiSdk, fromAiSdk, toAiSdk } from '../../src/ai-sdk/index.ts';
import { EmbeddingModel } from '../../src/index.ts';
import { openai } from '../../src/providers/openai.ts';

// Models of this package are models there, in both lines.
void (toAiSdk(openai()) satisfies LanguageModel6 satisfies LanguageModel7);
const vectors = EmbeddingModel.fromJsHandler('m', 1, () => []);
void (embeddingToAiSdk(vectors) satisfies EmbeddingModel6 satisfies EmbeddingModel7);

// Theirs of any specification are taken; what is none is not.
declare const six: Exclude<LanguageModel6, string>;
declare const seven: Exclude<LanguageModel7, string>;
fromAiSdk(six);
fromAiSdk(seven);
// @ts-expect-error a name is no model
fromAiSdk('gpt-4.1');
