// Runs in a process of its own and prints its address: streamed chat completions as OpenAI sends them.
// /text/<n>/… gives n deltas of text, /arguments/<length>/… one tool call with that many characters of arguments.
import { createServer } from 'node:http';

/** Characters of one piece of arguments. */
const PIECE = 12;

const chunk = (delta, finish = null) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', system_fingerprint: 'fp', choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })}\n\n`;

function text(n) {
  let body = chunk({ role: 'assistant', content: '' });
  for (let i = 0; i < n; i++) body += chunk({ content: i % 8 === 7 ? '.\n' : ' word' });
  return body + chunk({}, 'stop');
}

function toolArguments(length) {
  const items = [];
  for (let i = 0, size = 0; size < length; i++) {
    const item = { id: i, name: `item number ${i}`, tags: ['a', 'b'], price: i / 7, note: 'A sentence with "quotes" and é' };
    items.push(item);
    size += JSON.stringify(item).length + 1;
  }
  const json = JSON.stringify({ items });
  let body = chunk({ role: 'assistant', content: null, tool_calls: [{ index: 0, id: 't', type: 'function', function: { name: 'save', arguments: '' } }] });
  for (let at = 0; at < json.length; at += PIECE) body += chunk({ tool_calls: [{ index: 0, function: { arguments: json.slice(at, at + PIECE) } }] });
  return body + chunk({}, 'tool_calls');
}

const made = new Map();
const bodyOf = (kind, size) => Buffer.from(`${kind === 'text' ? text(size) : toolArguments(size)}data: [DONE]\n\n`);

const server = createServer((request, response) => {
  const [, kind, size] = request.url.split('/');
  const key = `${kind}/${size}`;
  if (!made.has(key)) made.set(key, bodyOf(kind, Number(size)));
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(made.get(key));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
