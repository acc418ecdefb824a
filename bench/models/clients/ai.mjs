import { createOpenAI } from '@ai-sdk/openai';
import { streamText } from 'ai';

const open = (base) => createOpenAI({ apiKey: 'k', baseURL: base }).chat('m');

export async function text(base) {
  let length = 0;
  for await (const delta of streamText({ model: open(base), prompt: 'x' }).textStream) length += delta.length;
  return length;
}
