import OpenAI from 'openai';

export async function text(base) {
  let length = 0;
  const client = new OpenAI({ apiKey: 'k', baseURL: base });
  for await (const chunk of await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }], stream: true })) {
    length += chunk.choices[0]?.delta.content?.length ?? 0;
  }
  return length;
}
