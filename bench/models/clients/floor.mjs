// What no client can do without: fetch, cut into lines, parse.
import { JSONParser } from '@streamparser/json';

async function* chunks(base) {
  const response = await fetch(`${base}/chat/completions`, { method: 'POST', body: '{}' });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response.body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line.startsWith('data: {')) yield JSON.parse(line.slice(6));
  }
}

/** Characters of the text. */
export async function text(base) {
  let length = 0;
  for await (const { choices: [{ delta }] } of chunks(base)) length += delta.content?.length ?? 0;
  return length;
}

/** Items in the arguments of the call, looked at after every piece; @streamparser/json gives the partial values. */
export async function toolArguments(base) {
  const parser = new JSONParser({ emitPartialTokens: true, emitPartialValues: true, paths: ['$'] });
  let latest;
  parser.onValue = ({ value }) => { latest = value; };
  let seen = 0;
  for await (const { choices: [{ delta }] } of chunks(base)) {
    const piece = delta.tool_calls?.[0].function.arguments;
    if (!piece) continue;
    parser.write(piece);
    seen = latest?.items?.length ?? seen;
  }
  return seen;
}
