// Cutting markdown into passages of at most 1,000 characters, 100 of them repeated.
import { MarkdownTextSplitter, RecursiveCharacterTextSplitter } from '@langchain/textsplitters';
import { entry } from '../engine/entry.mjs';

const { chunkCode, chunkDocument, chunkSentences, chunkTokens, parseMarkdown } = await import(entry('./memory/documents'));

const langchain = (Splitter) => {
  const splitter = new Splitter({ chunkSize: 1000, chunkOverlap: 100 });
  return async (source) => (await splitter.splitText(source)).map((text) => ({ text }));
};
const ours = (cut, options) => (source) => cut(parseMarkdown(source), options);

/** Each gives a list of `{ text, start?, end? }`. */
export const chunkers = {
  'blazen-ts, chunkDocument': ours(chunkDocument, {}),
  'blazen-ts, chunkSentences': ours(chunkSentences, {}),
  'blazen-ts, chunkCode': ours(chunkCode, { maxLength: 1000 }),
  'blazen-ts, chunkTokens': ours(chunkTokens, {}),
  '@langchain/textsplitters 1.0.2, recursive': langchain(RecursiveCharacterTextSplitter),
  '@langchain/textsplitters 1.0.2, markdown': langchain(MarkdownTextSplitter),
};
