import { entry } from '../../engine/entry.mjs';

const { openai } = await import(entry('./providers/openai'));
const ask = [{ role: 'user', content: 'x' }];
const open = (base) => openai({ apiKey: 'k', model: 'm', baseUrl: base, dialect: 'openai-chat' });

export async function text(base) {
  let length = 0;
  for await (const part of open(base).stream(ask)) if (part.type === 'text') length += part.delta.length;
  return length;
}

export async function toolArguments(base) {
  let seen = 0;
  for await (const part of open(base).stream(ask, { tools: [{ name: 'save' }] })) {
    if (part.type === 'tool-call' && part.state === 'delta') seen = part.partialArguments?.items?.length ?? seen;
  }
  return seen;
}
