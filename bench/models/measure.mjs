// Runs in a child process of its own: node measure.mjs '{"client":"ours","scenario":"text","base":"http://…"}'.
const WARM_MS = 500;
const REPEATS = 7;
/** A slow client is not repeated for longer. */
const LIMIT_MS = 6_000;

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const { client, scenario, base } = JSON.parse(process.argv[2]);
const { [scenario]: execute } = await import(`./clients/${client}.mjs`);

async function time() {
  const began = performance.now();
  const answer = await execute(base);
  return { ms: performance.now() - began, answer };
}

let result;
if (execute === undefined) result = { unsupported: true };
else {
  const { answer, ms: cold } = await time();
  for (const until = performance.now() + WARM_MS; performance.now() < until;) await time();
  const times = [];
  const end = performance.now() + LIMIT_MS;
  for (let i = 0; i < REPEATS && (i === 0 || performance.now() < end); i++) times.push((await time()).ms);
  result = { answer, cold, ms: median(times) };
}
process.stdout.write(JSON.stringify(result), () => process.exit());
